// A program without a library, as people write them for microcontrollers: it parses readings, keeps them in a list on the
// heap, and prints a report with every kind of argument that the calling convention tells apart.
// run:
// needs: libc
// link: -Wl,--allow-undefined -Wl,--export=_start -Wl,--export=__heap_base
// stdout: 5 readings, 1 refused, in a list.
// stdout: DRIFT     |      -0.001|-0.001      |-1.00e-03|-7|0x5
// stdout: LIGHT     |      -0.000|-0          |-0.00e+00|0|0x5
// stdout: PRESSURE  |  101325.000|101325      |+1.01e+05|1700000000002|0x8
// stdout: HUMIDITY  |       0.455|0.455       |+4.55e-01|1700000000001|0x8
// stdout: TEMP      |      21.500|21.5        |+2.15e+01|1700000000000|0x4
// stdout: a0.100000b-1c0.10000000000000001%
// stdout: 44 4464 deadbeef 4 1099511627776 0x10
// stdout:     42|42    |abc|0x1.5555555555555p-2
// stdout: 0000000000000000000000000000000000000000000000000000000000000000000007 cut
// stdout: 74 wanted
// stdout: enough memory, kept
#include "libc.h"

struct reading {
    struct reading *next;
    char *name;
    double value;
    long long time;
};

static const char INPUT[] = "temp=21.5@1700000000000; humidity=0.455@1700000000001;pressure=101325@1700000000002 ;"
                            "light=-0@0; drift=-1e-3@-7; ;bad";

/* What strtod would do, for the few digits that readings have. */
static double number(const char **text)
{
    char *end;
    int negative = **text == '-';
    double value = (double)strtol(*text, &end, 10);
    if (*end == '.') {
        double scale = 1;
        for (end++; isdigit((unsigned char)*end); end++) {
            scale /= 10;
            value += negative ? -(*end - '0') * scale : (*end - '0') * scale;
        }
    }
    if (tolower((unsigned char)*end) == 'e') {
        int exponent = (int)strtol(end + 1, &end, 10);
        for (; exponent < 0; exponent++)
            value /= 10;
        for (; exponent > 0; exponent--)
            value *= 10;
    }
    *text = end;
    return negative && value == 0 ? -0.0 : value;
}

static struct reading *parse(const char *text, int *refused)
{
    struct reading *list = NULL;
    while (*text) {
        text += strspn(text, "; ");
        size_t len = strcspn(text, ";=");
        if (text[len] != '=') {
            *refused += len != 0;
            text += len;
            continue;
        }
        struct reading *reading = calloc(1, sizeof *reading);
        if (!reading)
            exit(2);
        reading->name = malloc(len + 1);
        strncpy(reading->name, text, len);
        reading->name[len] = 0;
        text += len + 1;
        reading->value = number(&text);
        if (*text == '@') {
            char *end;
            int negative = text[1] == '-';
            /* More digits than a long has: in two halves. */
            char high[16] = "";
            size_t digits = strspn(text + 1 + negative, "0123456789");
            if (digits > 9) {
                memcpy(high, text + 1 + negative, digits - 9);
                reading->time = atoi(high) * 1000000000LL;
                text += digits - 9;
            }
            reading->time += strtol(text + 1 + negative, &end, 10);
            reading->time = negative ? -reading->time : reading->time;
            text = end;
        }
        reading->next = list;
        list = reading;
    }
    return list;
}

static int line(const char *format, ...)
{
    va_list arguments;
    char buffer[80];
    va_start(arguments, format);
    int len = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    puts(buffer);
    return len;
}

int run(void)
{
    int refused = 0, count = 0;
    struct reading *list = parse(INPUT, &refused);
    for (struct reading *reading = list; reading; reading = reading->next)
        count += 1;
    printf("%d readings, %d refused, %s%c\n", count, refused, "in a list", '.');
    for (struct reading *reading = list; reading;) {
        char *name = strdup(reading->name);
        for (char *letter = name; *letter; letter++)
            *letter = (char)toupper(*letter);
        line("%-10s|%12.3f|%-12g|%+.2e|%lld|%#x", name, reading->value, reading->value, reading->value, reading->time,
             (unsigned)strlen(name));
        struct reading *next = reading->next;
        free(name);
        free(reading->name);
        free(reading);
        reading = next;
    }
    line("%c%f%c%lld%c%.17g%%", 'a', 0.1, 'b', -1LL, 'c', 0.1);
    line("%hhd %hu %lx %zu %jd %p", 300, 70000, 0xdeadbeefUL, sizeof(void *), (intmax_t)1 << 40, (void *)16);
    line("%*d|%-*d|%.*s|%a", 6, 42, 6, 42, 3, "abcdef", 1.0 / 3);
    int len = line("%070d cut", 7);
    printf("%d wanted\n", len);
    /* All is free again: a block can grow until it and its successor do not fit together. */
    size_t size = 16;
    char *block = NULL, *larger;
    while ((larger = realloc(block, size))) {
        if (!block)
            strcpy(larger, "kept");
        block = larger;
        size *= 2;
    }
    printf("%s, %s\n", size > 16384 ? "enough memory" : "too little memory", block ? block : "none");
    free(block);
    free(block);
    return strcmp("a", "b") < 0 && strncasecmp("ABC", "abd", 2) == 0 && strstr(INPUT, "press") > strchr(INPUT, 'p')
        && memcmp("x", "x", 1) == 0
        ? 0
        : 1;
}

void _start(void)
{
    int failed = run();
    printf("%d passed, %d failed\n", 1 - failed, failed);
    exit(failed);
}
