/* Runs Wren scripts, and Wren's own test scripts. Wren's command line needs libuv, which WASI has not.
 *
 *   wren SCRIPT         runs a script; exits with 65 if it does not compile, with 70 if it fails.
 *   wren --test FOLDER  runs every script below a folder and compares what it prints with the comments in it:
 *                       `// expect: TEXT`, `// expect error`, `// expect error line N`, `// expect runtime error: TEXT`. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "wren.h"

enum { ENDS_WELL = 0, DOES_NOT_COMPILE = 65, FAILS = 70, CANNOT_BE_READ = 66, USAGE = 64 };

/* A text that grows. */
struct text {
    char *bytes;
    size_t length;
};

/* What the running script has printed, the errors of compiling it by line, and the error that ended it. */
static struct text printed, compile_errors, runtime_error;
/* Where imported modules are looked for. */
static char folder[1024];
/* Whether the script's output is kept for comparison instead of written. */
static bool is_test;

static void append(struct text *text, const char *more) {
    size_t length = strlen(more);
    text->bytes = realloc(text->bytes, text->length + length + 1);
    if (text->bytes == NULL) abort();
    memcpy(text->bytes + text->length, more, length + 1);
    text->length += length;
}

static void clear(struct text *text) {
    free(text->bytes);
    *text = (struct text){0};
    append(text, "");
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    fseek(file, 0, SEEK_END);
    long length = ftell(file);
    rewind(file);
    char *bytes = calloc(1, (size_t)length + 1);
    if (bytes == NULL || fread(bytes, 1, (size_t)length, file) != (size_t)length) abort();
    fclose(file);
    return bytes;
}

static char *load_module(WrenVM *vm, const char *name) {
    (void)vm;
    char path[2048];
    snprintf(path, sizeof path, "%s/%s.wren", folder, name);
    char *source = read_file(path);
    if (source != NULL) return source;
    snprintf(path, sizeof path, "%s/%s/module.wren", folder, name);
    return read_file(path);
}

static void on_write(WrenVM *vm, const char *text) {
    (void)vm;
    if (is_test) append(&printed, text);
    else fputs(text, stdout);
}

static void on_error(WrenVM *vm, WrenErrorType type, const char *module, int line, const char *message) {
    (void)vm;
    char number[32];
    switch (type) {
    case WREN_ERROR_COMPILE:
        snprintf(number, sizeof number, " %d ", line);
        append(&compile_errors, number);
        if (!is_test) fprintf(stderr, "[%s line %d] %s\n", module, line, message);
        break;
    case WREN_ERROR_RUNTIME:
        append(&runtime_error, message);
        if (!is_test) fprintf(stderr, "%s\n", message);
        break;
    case WREN_ERROR_STACK_TRACE:
        if (!is_test) fprintf(stderr, "[%s line %d] in %s\n", module, line, message);
        break;
    }
}

static WrenInterpretResult interpret(const char *path, const char *source) {
    clear(&printed);
    clear(&compile_errors);
    clear(&runtime_error);
    const char *slash = strrchr(path, '/');
    int length = slash == NULL ? 1 : (int)(slash - path);
    snprintf(folder, sizeof folder, "%.*s", length, slash == NULL ? "." : path);
    WrenConfiguration configuration;
    wrenInitConfiguration(&configuration);
    configuration.loadModuleFn = load_module;
    configuration.writeFn = on_write;
    configuration.errorFn = on_error;
    WrenVM *vm = wrenNewVM(&configuration);
    WrenInterpretResult result = wrenInterpret(vm, source);
    wrenFreeVM(vm);
    return result;
}

/* Appends what follows `mark` in a line. */
static bool take(const char *line, const char *mark, struct text *into) {
    const char *found = strstr(line, mark);
    if (found != NULL) append(into, found + strlen(mark));
    return found != NULL;
}

/* Whether a script did what its comments say. */
static bool is_as_expected(const char *source, WrenInterpretResult result) {
    struct text lines = {0}, error = {0};
    clear(&lines);
    clear(&error);
    bool refused = false, refused_where_expected = true;
    char *copy = strdup(source);
    int number = 0;
    for (char *rest = copy, *line; (line = rest) != NULL;) {
        char *end = strchr(line, '\n');
        rest = end == NULL ? NULL : end + 1;
        if (end != NULL) *end = '\0';
        number += 1;
        if (take(line, "// expect: ", &lines) || take(line, "// expect:", &lines)) append(&lines, "\n");
        int where = number;
        const char *stated = strstr(line, "// expect error line ");
        if (stated != NULL) where = atoi(stated + strlen("// expect error line "));
        if (strstr(line, "// expect error") != NULL) {
            char expected[32];
            snprintf(expected, sizeof expected, " %d ", where);
            refused = true;
            refused_where_expected &= strstr(compile_errors.bytes, expected) != NULL;
        }
        take(line, "// expect runtime error: ", &error);
    }
    free(copy);
    WrenInterpretResult expected = refused ? WREN_RESULT_COMPILE_ERROR
        : error.length > 0 ? WREN_RESULT_RUNTIME_ERROR : WREN_RESULT_SUCCESS;
    bool is_expected = result == expected && refused_where_expected
        && (refused || strcmp(printed.bytes, lines.bytes) == 0)
        && (expected != WREN_RESULT_RUNTIME_ERROR || strcmp(runtime_error.bytes, error.bytes) == 0);
    free(lines.bytes);
    free(error.bytes);
    return is_expected;
}

static int passed, failed;

static void test(const char *path) {
    char *source = read_file(path);
    if (source == NULL) {
        printf("%s cannot be read\n", path);
        failed += 1;
    } else if (strstr(source, "// nontest") == NULL && strstr(source, "// skip: ") == NULL) {
        bool is_expected = is_as_expected(source, interpret(path, source));
        if (!is_expected) printf("%s does something else\n", path);
        *(is_expected ? &passed : &failed) += 1;
    }
    free(source);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void test_below(const char *path) {
    DIR *opened = opendir(path);
    if (opened == NULL) {
        test(path);
        return;
    }
    char **names = NULL;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        names = realloc(names, (count + 1) * sizeof *names);
        if (names == NULL) abort();
        names[count++] = strdup(entry->d_name);
    }
    closedir(opened);
    if (count > 0) qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        char whole[2048];
        snprintf(whole, sizeof whole, "%s/%s", path, names[i]);
        test_below(whole);
        free(names[i]);
    }
    free(names);
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--test") == 0) {
        is_test = true;
        test_below(arguments[2]);
        printf("%d as expected, %d not\n", passed, failed);
        return failed > 0;
    }
    if (count != 2) {
        fputs("usage: wren SCRIPT, or wren --test FOLDER\n", stderr);
        return USAGE;
    }
    char *source = read_file(arguments[1]);
    if (source == NULL) {
        fprintf(stderr, "%s cannot be read\n", arguments[1]);
        return CANNOT_BE_READ;
    }
    WrenInterpretResult result = interpret(arguments[1], source);
    free(source);
    return result == WREN_RESULT_COMPILE_ERROR ? DOES_NOT_COMPILE : result == WREN_RESULT_RUNTIME_ERROR ? FAILS : ENDS_WELL;
}
