/*
 * What a program without an operating system gives libmoteur: where messages and
 * the output of guests go, and the time. The library of an operating system
 * needs neither.
 */
#ifndef MOTEUR_MACHINE_H
#define MOTEUR_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes size bytes to the standard output (stream 1) or error (stream 2). */
void moteur_console_write(int stream, const uint8_t *bytes, size_t size);

/* Nanoseconds since some moment in the past, never going back. */
uint64_t moteur_clock_ns(void);

/* What becomes of a panic, which nothing that a guest does leads to: where it was, as a text of so many bytes, and the line.
   It does not return. Only asked for by a library with the feature `panic-hook`; others spin. */
void moteur_panic(const char *file, size_t length, uint32_t line);

#ifdef __cplusplus
}
#endif

#endif
