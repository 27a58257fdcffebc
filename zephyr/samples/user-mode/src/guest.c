// Prints, takes memory, and can call what it should not.

typedef __SIZE_TYPE__ size_t;

int printf(const char *format, ...);
void *malloc(size_t size);
void free(void *at);
void poke(void);

int greet(void) {
    for (int i = 1; i <= 3; i++) {
        char *memory = malloc(100);
        if (memory == 0) {
            return 1;
        }
        printf("guest: %d of 3\n", i);
        free(memory);
    }
    return 0;
}

int poke_kernel(void) {
    printf("the guest calls a function that writes to the kernel's memory\n");
    poke();
    return 0;
}
