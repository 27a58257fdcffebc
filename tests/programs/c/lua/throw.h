/* How Lua's errors and coroutines leave C functions where there is no longjmp: calls are unwound by code that Binaryen's
 * `asyncify` adds to every function. Once `start_unwind` was called, each function returns to its caller at once, until
 * one calls `stop_unwind`; that is the one that tries. Frames are written to a buffer on the way and never read again.
 * A native build knows no such thing and keeps longjmp. */
#ifdef __wasm__
#ifndef THROW_H
#define THROW_H

struct unwound_frames {
    char *next, *end;
    char bytes[1 << 16];
};

__attribute__((import_module("asyncify"), import_name("start_unwind"))) void start_unwind(struct unwound_frames *);
__attribute__((import_module("asyncify"), import_name("stop_unwind"))) void stop_unwind(void);

static int is_unwinding;

/* A function of its own: `asyncify` lets that which starts the unwinding go on to its end. */
__attribute__((noinline, unused)) static void unwind(void) {
    static struct unwound_frames frames;
    is_unwinding = 1;
    frames.next = frames.bytes;
    frames.end = frames.bytes + sizeof frames.bytes;
    start_unwind(&frames);
}

#define luai_jmpbuf int
#define LUAI_THROW(state, buffer) unwind()
#define LUAI_TRY(state, buffer, action) \
    { action } \
    if (is_unwinding) { \
        is_unwinding = 0; \
        stop_unwind(); \
    }

#endif
#endif
