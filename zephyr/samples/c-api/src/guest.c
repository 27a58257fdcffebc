// Calls a function of the host, and fails when it is asked to.

int square(int number);
int printf(const char *format, ...);

int sum_of_squares(int count) {
    int sum = 0;
    for (int number = 1; number <= count; ++number) {
        sum += square(number);
    }
    printf("the guest adds %d squares\n", count);
    return sum;
}

int fail(int how) {
    if (how == 1) {
        __builtin_trap();
    }
    return how;
}
