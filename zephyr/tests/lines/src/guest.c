// Prints three hundred lines in pieces.

int printf(const char *format, ...);

int main(void) {
    for (int line = 1; line <= 300; line++) {
        printf("line %d ", line);
        printf("of %s", "three ");
        printf("hundred\n");
    }
    return 0;
}
