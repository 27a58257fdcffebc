/* Writes printf.txt: what the C library of this machine prints for many formats and values, for the tests of the
 * built-in libc. glibc 2.36 wrote the committed file: gcc -O1 printf.c && ./a.out > printf.txt
 *
 * A row: the format, what is printed, and the arguments, with tabs between. An argument is i and 32 bits, l and 64 bits,
 * d and the 64 bits of a double, all as hexadecimal numbers, or s and a text. Bytes that do not print stand as \xx.
 * On wasm32 `long`, `size_t` and `ptrdiff_t` have 32 bits, so they get values here that look the same in 64.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* One in so many combinations is written; -DEVERY=1 writes all. */
#ifndef EVERY
#define EVERY 4
#endif
#define CHOSEN(a, b) (((a) + (b)) % EVERY == 0)
#define COUNT(array) (sizeof(array) / sizeof(*array))

static char out[70000];

static void text(const char *bytes)
{
    for (; *bytes; bytes++) {
        if (*bytes < ' ' || *bytes > '~' || *bytes == '\\')
            printf("\\%02x", (unsigned char)*bytes);
        else
            putchar(*bytes);
    }
}

static void begin(const char *format)
{
    text(format);
    putchar('\t');
    text(out);
}

static void narrow(const char *format, int32_t value)
{
    snprintf(out, sizeof out, format, value);
    begin(format);
    printf("\ti%x\n", (unsigned)value);
}

static void with_long(const char *format, int32_t value)
{
    char letter = format[strlen(format) - 1];
    if (letter == 'd' || letter == 'i')
        snprintf(out, sizeof out, format, (long)value);
    else
        snprintf(out, sizeof out, format, (unsigned long)(uint32_t)value);
    begin(format);
    printf("\ti%x\n", (unsigned)value);
}

static void wide(const char *format, int64_t value)
{
    snprintf(out, sizeof out, format, value);
    begin(format);
    printf("\tl%llx\n", (unsigned long long)value);
}

static void real(const char *format, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    snprintf(out, sizeof out, format, value);
    begin(format);
    printf("\td%llx\n", (unsigned long long)bits);
}

static void string(const char *format, const char *value)
{
    snprintf(out, sizeof out, format, value);
    begin(format);
    printf("\ts");
    text(value);
    putchar('\n');
}

static const int32_t NARROW[] = { 0, 1, -1, 7, 8, 42, -42, 100, 127, 128, 255, 256, -129, 32767, 32768, 65535, 65537,
    1000000007, INT32_MAX, INT32_MIN };
static const char *NARROW_FORMATS[] = { "%d", "%i", "%u", "%o", "%x", "%X", "%#x", "%#X", "%#o", "%+d", "% d", "%+ d",
    "%5d", "%-5d|", "%05d", "%+05d", "%-05d|", "%12d", "%012d", "%-12d|", "%.0d", "%.1d", "%.5d", "%8.5d", "%-8.5d|",
    "%08.5d", "%+.3d", "%#.0x", "%#.5x", "%#10x", "%#010x", "%-#10x|", "%#.0o", "%#.3o", "%#8o", "%hd", "%hhd", "%hu",
    "%hhu", "%hx", "%hhX", "%#ho", "%+hhd", "%08hx", "<%3c>", "<%-3c>", "a%db%%c%dd" };
static const char *LONG_FORMATS[] = { "%ld", "%lu", "%lx", "%#lo", "%li", "%zu", "%zd", "%zx", "%td", "%08lx", "%+ld" };
static const int64_t WIDE[] = { 0, 1, -1, 42, INT32_MAX, INT32_MIN, 4294967295, 4294967296, 1000000000000,
    -1234567890123456789, INT64_MAX, INT64_MIN };
static const char *WIDE_FORMATS[] = { "%lld", "%llu", "%llx", "%#llX", "%llo", "%#llo", "%jd", "%ju", "%jx", "%+lld",
    "%25lld", "%-25lld|", "%025lld", "%.22lld", "%30.22lld", "% llx" };

static const char *REAL_FORMATS[] = { "%f", "%F", "%e", "%E", "%g", "%G", "%a", "%A", "%.0f", "%.1f", "%.2f", "%.3f",
    "%.10f", "%.17f", "%.0e", "%.1e", "%.3e", "%.16e", "%.17e", "%.0g", "%.1g", "%.3g", "%.10g", "%.17g", "%.0a",
    "%.1a", "%.5a", "%.13a", "%.20a", "%#f", "%#.0f", "%#.0e", "%#g", "%#.3g", "%#a", "%#.0a", "%+f", "% f", "%+e",
    "%15f", "%-15f|", "%015f", "%+015.2f", "%-+15.2f|", "%20.3e", "%020.3e", "%-20.3e|", "%15g", "%015g", "%-15g|",
    "%30a", "%030a", "%-30a|", "%+.2a", "%lf", "%le", "%+5.0f", "%05f" };
static const char *LONG_REAL_FORMATS[] = { "%.60f", "%.100e", "%.330f", "%.800g", "%.1100f", "%.1074e", "%#.400g" };
static const double REAL[] = { 0.0, -0.0, 1.0, -1.0, 0.1, 0.2, 0.3, 0.5, 1.5, 2.5, 3.5, -2.5, 0.05, 0.25, 0.125, 0.375,
    0.15, 0.45, 1.005, 1.015, 2.675, 9.5, 9.99, 9.995, 99.5, 99.95, 999999.5, 999999.4, 1e5, 1e6, 1e-4, 1e-5,
    0.00012345, 0.0009999995, 123456.0, 1234567.0, 123456789.0, 3.141592653589793, 2.718281828459045, 1e15, 1e16, 1e17,
    123456789012345678.0, 9007199254740993.0, 1e21, 1e22, 1e23, 1.7976931348623157e308, 1e308, 1e-300, 1e100, 1e-100,
    2.2250738585072014e-308, 2.225073858507201e-308, 5e-324, 1e-323, 4.35, 0.000001, 8.5, 1048576.5, 0x1.8p0, 0x1.9p0,
    0x1.fffp0, 0x1.08p0, 0x1.18p0, 0x1.fffffffffffffp-1, 1.0 / 3, 2.0 / 3, 1e9, 4294967296.0, 5e-5, 0.5e-3 };

static const char *STRINGS[] = { "", "a", "hello", "a longer text, with blanks", "\xc3\xa9t\xc3\xa9" };
static const char *STRING_FORMATS[] = { "%s", "<%s>", "%10s|", "%-10s|", "%.3s|", "%.0s|", "%10.2s|", "%-10.2s|",
    "%.100s", "%3s|", "%%%s%%", "100%%: %s" };

static void mixed(void)
{
#define ROW(format, arguments, ...)                         \
    do {                                                    \
        snprintf(out, sizeof out, format, __VA_ARGS__);     \
        begin(format);                                      \
        puts("\t" arguments);                               \
    } while (0)
    ROW("%*d", "i5\ti2a", 5, 42);
    ROW("%*d|", "ifffffffb\ti2a", -5, 42);
    ROW("%-*d|", "i5\ti2a", 5, 42);
    ROW("%.*d", "i5\ti2a", 5, 42);
    ROW("%.*d", "iffffffff\ti2a", -1, 42);
    ROW("%0*d", "i8\tiffffffd6", 8, -42);
    ROW("%*.*f", "ia\ti2\td400921fb54442d18", 10, 2, 3.141592653589793);
    ROW("%*.*s|", "ia\ti2\tsabcdef", 10, 2, "abcdef");
    ROW("%.*s", "i3\tsabcdef", 3, "abcdef");
    ROW("%.*f", "ifffffffb\td3fe0000000000000", -5, 0.5);
    ROW("%.f", "d3fe0000000000000", 0.5);
    ROW("%.d|", "i0", 0);
    ROW("%5.d|", "i0", 0);
    ROW("%d %lld %d", "i1\tl2\ti3", 1, 2LL, 3);
    ROW("%d %d %lld", "i1\ti2\tl3", 1, 2, 3LL);
    ROW("%f %d %f", "d3ff0000000000000\ti2\td4008000000000000", 1.0, 2, 3.0);
    ROW("%c%f%c%s", "i41\td3ff0000000000000\ti42\tsx", 'A', 1.0, 'B', "x");
    ROW("%s=%d, %s=%#x (%c) %5.1f%%", "sa\ti1\tsb\tiff\ti21\td404ea00000000000", "a", 1, "b", 255, '!', 61.25);
    ROW("%p", "i1234", (void *)0x1234);
    ROW("%20p|", "i1234", (void *)0x1234);
    ROW("%1000d", "i1", 1);
    ROW("%-300s|", "sx", "x");
    ROW("%.400d", "i7", 7);
    ROW("%c%c", "i109\ti1ff", 0x109, 0x1ff);
    ROW("%d%%", "i32", 50);
}

int main(void)
{
    for (size_t i = 0; i < COUNT(NARROW_FORMATS); i++)
        for (size_t j = 0; j < COUNT(NARROW); j++) {
            if (!CHOSEN(i, j))
                continue;
            if (strchr(NARROW_FORMATS[i], 'c') && !strchr(NARROW_FORMATS[i], 'd')) {
                if (NARROW[j] >= 42 && NARROW[j] < 127)
                    narrow(NARROW_FORMATS[i], NARROW[j]);
            } else if (NARROW_FORMATS[i][0] == '%') {
                narrow(NARROW_FORMATS[i], NARROW[j]);
            }
        }
    for (size_t i = 0; i < COUNT(LONG_FORMATS); i++)
        for (size_t j = 0; j < COUNT(NARROW); j++)
            if (CHOSEN(i, j))
                with_long(LONG_FORMATS[i], NARROW[j]);
    for (size_t i = 0; i < COUNT(WIDE_FORMATS); i++)
        for (size_t j = 0; j < COUNT(WIDE); j++)
            if (CHOSEN(i, j))
                wide(WIDE_FORMATS[i], WIDE[j]);
    for (size_t i = 0; i < COUNT(REAL_FORMATS); i++)
        for (size_t j = 0; j < COUNT(REAL); j++)
            if (CHOSEN(i, j))
                real(REAL_FORMATS[i], REAL[j]);
    for (size_t i = 0; i < COUNT(LONG_REAL_FORMATS); i++)
        for (size_t j = 0; j < COUNT(REAL); j += 7)
            real(LONG_REAL_FORMATS[i], REAL[j]);
    real("%.1074f", 5e-324);
    real("%.767g", 2.225073858507201e-308);
    double infinite[] = { 1e308 * 10, -1e308 * 10 };
    const char *infinite_formats[] = { "%f", "%F", "%e", "%G", "%a", "%A", "%10f", "%-10f|", "%010f", "%+f", "% .3e" };
    for (size_t i = 0; i < COUNT(infinite_formats); i++) {
        real(infinite_formats[i], infinite[0]);
        real(infinite_formats[i], infinite[1]);
        real(infinite_formats[i], __builtin_nan(""));
        real(infinite_formats[i], -__builtin_nan(""));
    }
    for (size_t i = 0; i < COUNT(STRING_FORMATS); i++)
        for (size_t j = 0; j < COUNT(STRINGS); j++)
            string(STRING_FORMATS[i], STRINGS[j]);
    mixed();
    return 0;
}
