/* What all programs here check with. */
#ifndef MOTEUR_TESTS_CHECK_H
#define MOTEUR_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program where something does not hold. */
#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            printf("%s:%d: %s does not hold\n", __FILE__, __LINE__,            \
                   #condition);                                                \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

/* Ends the program where two texts differ, or the first is null. */
#define CHECK_TEXT(found, expected)                                            \
    do {                                                                       \
        const char *found_ = (found);                                          \
        if (!found_ || strcmp(found_, (expected)) != 0) {                      \
            printf("%s:%d: %s is \"%s\", not \"%s\"\n", __FILE__, __LINE__,    \
                   #found, found_ ? found_ : "(null)", (expected));            \
            exit(1);                                                           \
        }                                                                      \
    } while (0)

#endif
