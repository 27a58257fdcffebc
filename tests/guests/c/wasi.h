// WASI preview 1 as the standard's witx files have it: all functions, records and constants, and no C library between.
// Compiled with WASI_UNSTABLE it is the forerunner, whose layouts differ in three places.
//
// Pointers are `void *`, whatever they lead to: the programs here give bad ones on purpose.

#ifndef WASI_H
#define WASI_H

#include <stddef.h>
#include <stdint.h>

#ifdef WASI_UNSTABLE
#define WASI_MODULE "wasi_unstable"
#else
#define WASI_MODULE "wasi_snapshot_preview1"
#endif

// Declares an import; all but `proc_exit` give an error number.
#define WASI(name, ...) \
    __attribute__((import_module(WASI_MODULE), import_name(#name))) uint32_t name(__VA_ARGS__)

WASI(args_get, void *pointers, void *texts);
WASI(args_sizes_get, void *count, void *size);
WASI(environ_get, void *pointers, void *texts);
WASI(environ_sizes_get, void *count, void *size);
WASI(clock_res_get, uint32_t clock, void *resolution);
WASI(clock_time_get, uint32_t clock, uint64_t precision, void *time);
WASI(fd_advise, uint32_t fd, uint64_t offset, uint64_t size, uint32_t advice);
WASI(fd_allocate, uint32_t fd, uint64_t offset, uint64_t size);
WASI(fd_close, uint32_t fd);
WASI(fd_datasync, uint32_t fd);
WASI(fd_fdstat_get, uint32_t fd, void *stat);
WASI(fd_fdstat_set_flags, uint32_t fd, uint32_t flags);
WASI(fd_fdstat_set_rights, uint32_t fd, uint64_t base, uint64_t inheriting);
WASI(fd_filestat_get, uint32_t fd, void *stat);
WASI(fd_filestat_set_size, uint32_t fd, uint64_t size);
WASI(fd_filestat_set_times, uint32_t fd, uint64_t accessed, uint64_t modified, uint32_t flags);
WASI(fd_pread, uint32_t fd, void *vectors, uint32_t count, uint64_t offset, void *size);
WASI(fd_prestat_get, uint32_t fd, void *prestat);
WASI(fd_prestat_dir_name, uint32_t fd, void *path, uint32_t path_size);
WASI(fd_pwrite, uint32_t fd, void *vectors, uint32_t count, uint64_t offset, void *size);
WASI(fd_read, uint32_t fd, void *vectors, uint32_t count, void *size);
WASI(fd_readdir, uint32_t fd, void *entries, uint32_t size, uint64_t cookie, void *used);
WASI(fd_renumber, uint32_t from, uint32_t to);
WASI(fd_seek, uint32_t fd, int64_t offset, uint32_t whence, void *position);
WASI(fd_sync, uint32_t fd);
WASI(fd_tell, uint32_t fd, void *position);
WASI(fd_write, uint32_t fd, void *vectors, uint32_t count, void *size);
WASI(path_create_directory, uint32_t fd, void *path, uint32_t path_size);
WASI(path_filestat_get, uint32_t fd, uint32_t lookup, void *path, uint32_t path_size, void *stat);
WASI(path_filestat_set_times, uint32_t fd, uint32_t lookup, void *path, uint32_t path_size, uint64_t accessed,
     uint64_t modified, uint32_t flags);
WASI(path_link, uint32_t fd, uint32_t lookup, void *path, uint32_t path_size, uint32_t new_fd, void *new_path,
     uint32_t new_path_size);
WASI(path_open, uint32_t fd, uint32_t lookup, void *path, uint32_t path_size, uint32_t open, uint64_t base,
     uint64_t inheriting, uint32_t flags, void *opened);
WASI(path_readlink, uint32_t fd, void *path, uint32_t path_size, void *text, uint32_t text_size, void *used);
WASI(path_remove_directory, uint32_t fd, void *path, uint32_t path_size);
WASI(path_rename, uint32_t fd, void *path, uint32_t path_size, uint32_t new_fd, void *new_path,
     uint32_t new_path_size);
WASI(path_symlink, void *text, uint32_t text_size, uint32_t fd, void *path, uint32_t path_size);
WASI(path_unlink_file, uint32_t fd, void *path, uint32_t path_size);
WASI(poll_oneoff, void *subscriptions, void *events, uint32_t count, void *event_count);
WASI(proc_raise, uint32_t signal);
WASI(random_get, void *buffer, uint32_t size);
WASI(sched_yield, void);
WASI(sock_accept, uint32_t fd, uint32_t flags, void *accepted);
WASI(sock_recv, uint32_t fd, void *vectors, uint32_t count, uint32_t flags, void *size, void *out_flags);
WASI(sock_send, uint32_t fd, void *vectors, uint32_t count, uint32_t flags, void *size);
WASI(sock_shutdown, uint32_t fd, uint32_t how);

__attribute__((import_module(WASI_MODULE), import_name("proc_exit"), noreturn)) void proc_exit(uint32_t status);

// Error numbers that the programs ask for.
enum {
    ERRNO_SUCCESS = 0,
    ERRNO_BADF = 8,
    ERRNO_EXIST = 20,
    ERRNO_FAULT = 21,
    ERRNO_FBIG = 22,
    ERRNO_ILSEQ = 25,
    ERRNO_INVAL = 28,
    ERRNO_ISDIR = 31,
    ERRNO_LOOP = 32,
    ERRNO_NAMETOOLONG = 37,
    ERRNO_NOENT = 44,
    ERRNO_NOSYS = 52,
    ERRNO_NOTDIR = 54,
    ERRNO_NOTEMPTY = 55,
    ERRNO_NOTSOCK = 57,
    ERRNO_NOTSUP = 58,
    ERRNO_OVERFLOW = 61,
    ERRNO_PERM = 63,
    ERRNO_ROFS = 69,
    ERRNO_SPIPE = 70,
    ERRNO_NOTCAPABLE = 76,
    ERRNO_LAST = 76,
};

enum { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME, CLOCK_THREAD_CPUTIME };

enum {
    FILETYPE_UNKNOWN,
    FILETYPE_BLOCK_DEVICE,
    FILETYPE_CHARACTER_DEVICE,
    FILETYPE_DIRECTORY,
    FILETYPE_REGULAR_FILE,
    FILETYPE_SOCKET_DGRAM,
    FILETYPE_SOCKET_STREAM,
    FILETYPE_SYMBOLIC_LINK,
};

enum { LOOKUP_FOLLOW = 1 };
enum { OPEN_CREATE = 1, OPEN_DIRECTORY = 2, OPEN_EXCLUSIVE = 4, OPEN_TRUNCATE = 8 };
enum { FDFLAG_APPEND = 1, FDFLAG_DSYNC = 2, FDFLAG_NONBLOCK = 4, FDFLAG_RSYNC = 8, FDFLAG_SYNC = 16 };
enum { FSTFLAG_ATIM = 1, FSTFLAG_ATIM_NOW = 2, FSTFLAG_MTIM = 4, FSTFLAG_MTIM_NOW = 8 };
enum { ADVICE_NORMAL, ADVICE_SEQUENTIAL, ADVICE_RANDOM, ADVICE_WILLNEED, ADVICE_DONTNEED, ADVICE_NOREUSE };

#ifdef WASI_UNSTABLE
enum { WHENCE_CUR, WHENCE_END, WHENCE_SET };
#else
enum { WHENCE_SET, WHENCE_CUR, WHENCE_END };
#endif

#define RIGHT_FD_DATASYNC (1ull << 0)
#define RIGHT_FD_READ (1ull << 1)
#define RIGHT_FD_SEEK (1ull << 2)
#define RIGHT_FD_FDSTAT_SET_FLAGS (1ull << 3)
#define RIGHT_FD_SYNC (1ull << 4)
#define RIGHT_FD_TELL (1ull << 5)
#define RIGHT_FD_WRITE (1ull << 6)
#define RIGHT_FD_ADVISE (1ull << 7)
#define RIGHT_FD_ALLOCATE (1ull << 8)
#define RIGHT_PATH_CREATE_DIRECTORY (1ull << 9)
#define RIGHT_PATH_CREATE_FILE (1ull << 10)
#define RIGHT_PATH_LINK_SOURCE (1ull << 11)
#define RIGHT_PATH_LINK_TARGET (1ull << 12)
#define RIGHT_PATH_OPEN (1ull << 13)
#define RIGHT_FD_READDIR (1ull << 14)
#define RIGHT_PATH_READLINK (1ull << 15)
#define RIGHT_PATH_RENAME_SOURCE (1ull << 16)
#define RIGHT_PATH_RENAME_TARGET (1ull << 17)
#define RIGHT_PATH_FILESTAT_GET (1ull << 18)
#define RIGHT_PATH_FILESTAT_SET_SIZE (1ull << 19)
#define RIGHT_PATH_FILESTAT_SET_TIMES (1ull << 20)
#define RIGHT_FD_FILESTAT_GET (1ull << 21)
#define RIGHT_FD_FILESTAT_SET_SIZE (1ull << 22)
#define RIGHT_FD_FILESTAT_SET_TIMES (1ull << 23)
#define RIGHT_PATH_SYMLINK (1ull << 24)
#define RIGHT_PATH_REMOVE_DIRECTORY (1ull << 25)
#define RIGHT_PATH_UNLINK_FILE (1ull << 26)
#define RIGHT_POLL_FD_READWRITE (1ull << 27)
#define RIGHT_SOCK_SHUTDOWN (1ull << 28)
#define RIGHT_SOCK_ACCEPT (1ull << 29)

// A buffer to read to or write from.
typedef struct {
    void *address;
    uint32_t size;
} iovec_t;

typedef struct {
    uint8_t filetype;
    uint16_t flags;
    uint64_t rights_base;
    uint64_t rights_inheriting;
} fdstat_t;

typedef struct {
    uint64_t device;
    uint64_t inode;
    uint8_t filetype;
#ifdef WASI_UNSTABLE
    uint32_t links;
#else
    uint64_t links;
#endif
    uint64_t size;
    uint64_t accessed;
    uint64_t modified;
    uint64_t changed;
} filestat_t;

typedef struct {
    uint8_t tag;
    uint32_t name_size;
} prestat_t;

// What `fd_readdir` writes before each name.
typedef struct {
    uint64_t next;
    uint64_t inode;
    uint32_t name_size;
    uint8_t filetype;
} dirent_t;

enum { EVENT_CLOCK, EVENT_FD_READ, EVENT_FD_WRITE };
enum { SUBSCRIPTION_ABSOLUTE = 1 };

typedef struct {
    uint64_t userdata;
    uint8_t tag;
    union {
        struct {
#ifdef WASI_UNSTABLE
            uint64_t identifier;
#endif
            uint32_t id;
            uint64_t timeout;
            uint64_t precision;
            uint16_t flags;
        } clock;
        uint32_t fd;
    };
} subscription_t;

typedef struct {
    uint64_t userdata;
    uint16_t error;
    uint8_t tag;
    uint64_t bytes;
    uint16_t flags;
} event_t;

_Static_assert(sizeof(fdstat_t) == 24 && sizeof(dirent_t) == 24 && sizeof(event_t) == 32, "the standard's sizes");
#ifdef WASI_UNSTABLE
_Static_assert(sizeof(filestat_t) == 56 && sizeof(subscription_t) == 56, "the sizes before the standard");
#else
_Static_assert(sizeof(filestat_t) == 64 && sizeof(subscription_t) == 48, "the standard's sizes");
#endif

#endif
