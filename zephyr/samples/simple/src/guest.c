// A program without a C library of its own: what it declares and does not define, the host has.

typedef __SIZE_TYPE__ size_t;

int printf(const char *format, ...);
int snprintf(char *to, size_t size, const char *format, ...);
void *malloc(size_t size);
void free(void *at);

int main(void) {
    printf("Hello world!\n");
    char *buf = malloc(1024);
    if (buf == 0) {
        printf("malloc buf failed\n");
        return 1;
    }
    printf("buf ptr: %p\n", (void *)buf);
    snprintf(buf, 1024, "%s", "1234\n");
    printf("buf: %s", buf);
    free(buf);
    return 0;
}
