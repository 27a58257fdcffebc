/* What the built-in libc offers, for programs without headers of their own. Types are those of wasm32. */
#ifndef LIBC_H
#define LIBC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct timespec {
    int64_t tv_sec;
    int32_t tv_nsec;
};

int printf(const char *format, ...);
int sprintf(char *buffer, const char *format, ...);
int snprintf(char *buffer, size_t size, const char *format, ...);
int vprintf(const char *format, va_list arguments);
int vsprintf(char *buffer, const char *format, va_list arguments);
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments);
int puts(const char *text);
int putchar(int character);

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *block, size_t size);
void free(void *block);
char *strdup(const char *text);

void *memchr(const void *bytes, int wanted, size_t count);
int memcmp(const void *a, const void *b, size_t count);
void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int byte, size_t count);
char *strchr(const char *text, int wanted);
int strcmp(const char *a, const char *b);
char *strcpy(char *to, const char *from);
size_t strcspn(const char *text, const char *set);
size_t strlen(const char *text);
int strncasecmp(const char *a, const char *b, size_t count);
int strncmp(const char *a, const char *b, size_t count);
char *strncpy(char *to, const char *from, size_t count);
size_t strspn(const char *text, const char *set);
char *strstr(const char *text, const char *wanted);

int atoi(const char *text);
long strtol(const char *text, char **end, int base);
unsigned long strtoul(const char *text, char **end, int base);

int isalnum(int character);
int isalpha(int character);
int isdigit(int character);
int isgraph(int character);
int isprint(int character);
int isspace(int character);
int isupper(int character);
int isxdigit(int character);
int tolower(int character);
int toupper(int character);

int clock_gettime(int clock, struct timespec *time);
long long clock(void);
void exit(int status);
/* No abort: WAMR's has an argument, that of C has none, so define it: void abort(void) { __builtin_trap(); } */

#endif
