// Checks for the programs of these folders: what fails is printed with its line, the last line printed is the count.
//
// A program defines `test`. It finds a directory of its own at the descriptor `DIR`, unless it is run without one.

#ifndef CHECK_H
#define CHECK_H

#include "wasi.h"

// The first preopened directory.
#define DIR 3u

// A text constant as the two arguments that WASI takes a path by.
#define PATH(text) (void *)(text), (uint32_t)(sizeof(text) - 1)

// The call must succeed, or fail with this error number.
#define OK(call) check_equal(__FILE_NAME__, __LINE__, #call, (int64_t)(call), 0)
#define FAILS(errno, call) check_equal(__FILE_NAME__, __LINE__, #call, (int64_t)(call), ERRNO_##errno)
// For an error number that a loop over bad arguments gives.
#define FAILS_WITH(errno, call) check_equal(__FILE_NAME__, __LINE__, #call, (int64_t)(call), (int64_t)(errno))
// The value must be this one; the condition must hold.
#define EQUAL(value, wanted) check_equal(__FILE_NAME__, __LINE__, #value, (int64_t)(value), (int64_t)(wanted))
#define HOLDS(condition) check_equal(__FILE_NAME__, __LINE__, #condition, !!(condition), 1)

// Runs the statement behind it for every descriptor that is not open.
#define EACH_BAD_FD(fd) \
    for (uint32_t fd = (check_case = 0, bad_fds[0]); check_case < BAD_FDS || (check_case = 0); \
         fd = bad_fds[++check_case % BAD_FDS])

// For every place where a record of so many bytes does not fit.
#define EACH_BAD_PLACE(place, bytes) \
    for (void *place = (check_case = 0, bad_place(0, bytes)); check_case < BAD_PLACES || (check_case = 0); \
         place = bad_place(++check_case, bytes))

// For every buffer that is not within the memory.
#define EACH_BAD_BUFFER(place, place_size) \
    for (buffer_t buffer_ = (check_case = 0, bad_buffer(0)); check_case < BAD_BUFFERS || (check_case = 0); \
         buffer_ = bad_buffer(++check_case)) \
        for (void *place = buffer_.address, *once_ = &buffer_; once_; once_ = NULL) \
            for (uint32_t place_size = buffer_.size; once_; once_ = NULL)

// For every list of vectors that no function may take, with the error number that is due.
#define EACH_BAD_VECTORS(place, number, errno) \
    for (bad_vectors_t bad_ = (check_case = 0, bad_vectors(0)); check_case < BAD_VECTORS || (check_case = 0); \
         bad_ = bad_vectors(++check_case)) \
        for (void *place = bad_.vectors, *once_ = &bad_; once_; once_ = NULL) \
            for (uint32_t number = bad_.count, errno = bad_.error; once_; once_ = NULL)

// For every path that no function may take, with the error number that is due. `make_paths` comes first.
#define EACH_BAD_PATH(path, path_size, errno) \
    for (const bad_path_t *bad_ = (check_case = 0, bad_paths); check_case < BAD_PATHS || (check_case = 0); \
         bad_ = &bad_paths[++check_case]) \
        for (void *path = (void *)bad_->text, *once_ = path; once_; once_ = NULL) \
            for (uint32_t path_size = bad_->size, errno = bad_->error; once_; once_ = NULL)

static void test(void);

static uint32_t checks_passed, checks_failed;
// Which turn of a loop over bad arguments a failure belongs to.
static uint32_t check_case;

// --- What a compiler may call, and what a program needs.

static uint32_t length(const char *text) {
    uint32_t size = 0;
    while (text[size]) size++;
    return size;
}

void *memset(void *to, int byte, size_t size) {
    for (size_t i = 0; i < size; i++) ((volatile uint8_t *)to)[i] = (uint8_t)byte;
    return to;
}

void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    return to;
}

static int same(const void *left, const void *right, uint32_t size) {
    for (uint32_t i = 0; i < size; i++) {
        if (((const uint8_t *)left)[i] != ((const uint8_t *)right)[i]) return 0;
    }
    return 1;
}

static uint32_t memory_bytes(void) {
    return (uint32_t)__builtin_wasm_memory_size(0) * 65536;
}

static void *at(uint32_t address) {
    return (void *)(uintptr_t)address;
}

// --- Printing.

static char line_text[512];
static uint32_t line_size;

static void put(const char *text) {
    while (*text && line_size < sizeof line_text - 1) line_text[line_size++] = *text++;
}

static void put_number(int64_t number) {
    char digits[24];
    uint32_t count = 0;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    do digits[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0) put("-");
    while (count) {
        char digit[2] = {digits[--count], 0};
        put(digit);
    }
}

static void put_line(void) {
    line_text[line_size++] = '\n';
    iovec_t vector = {line_text, line_size};
    uint32_t size;
    line_size = 0;
    if (fd_write(1, &vector, 1, &size)) __builtin_trap();
}

static int check_equal(const char *file, int line, const char *text, int64_t value, int64_t wanted) {
    if (value == wanted) {
        checks_passed++;
        return 1;
    }
    checks_failed++;
    put(file), put(":"), put_number(line), put(": "), put(text), put(" is "), put_number(value);
    put(", wanted "), put_number(wanted), put(" (case "), put_number(check_case), put(")");
    put_line();
    return 0;
}

// Prints the count, without ending the program.
static void print_counts(void) {
    put_number(checks_passed), put(" passed, "), put_number(checks_failed), put(" failed");
    put_line();
}

// --- Bad arguments.

enum { BAD_FDS = 4, BAD_PLACES = 6, BAD_BUFFERS = 7, BAD_VECTORS = 12, BAD_PATHS = 15 };

// The first is one that was open, if there is a directory to open: `find_closed_fd` sees to that.
static uint32_t bad_fds[BAD_FDS] = {77, 1000, 0x7fffffff, 0xffffffff};

static void *bad_place(uint32_t number, uint32_t bytes) {
    uint32_t end = memory_bytes();
    uint32_t places[BAD_PLACES] = {end - bytes + 1, end, 0x80000000, 0u - bytes, 0u - bytes + 1, 0xffffffff};
    return at(places[number % BAD_PLACES]);
}

typedef struct {
    void *address;
    uint32_t size;
} buffer_t;

static buffer_t bad_buffer(uint32_t number) {
    uint32_t end = memory_bytes();
    buffer_t buffers[BAD_BUFFERS] = {
        {at(end - 4), 5}, {at(end), 1}, {at(0), 0xffffffff}, {at(1024), 0xffffffff},
        {at(1024), 0u - 1024}, {at(0xffffffff), 1}, {at(0xffffffff), 0xffffffff},
    };
    return buffers[number % BAD_BUFFERS];
}

typedef struct {
    void *vectors;
    uint32_t count;
    uint32_t error;
} bad_vectors_t;

// The most vectors in one call, as on Linux.
enum { VECTORS_MAX = 1024 };

static iovec_t vector_list[VECTORS_MAX + 1];
static uint8_t vector_bytes[16];

// Vectors outside the memory, too many of them, and buffers that are not within the memory or too large in sum.
static bad_vectors_t bad_vectors(uint32_t number) {
    uint32_t end = memory_bytes();
    bad_vectors_t cases[BAD_VECTORS] = {
        {at(end - 4), 1, ERRNO_FAULT},
        {at(end), 1, ERRNO_FAULT},
        {at(end - 8), 2, ERRNO_FAULT},
        {at(0xfffffff8), 1, ERRNO_FAULT},
        {at(0xfffffffc), 1, ERRNO_FAULT},
        {vector_list, VECTORS_MAX + 1, ERRNO_INVAL},
        // Times eight, that is 2^32.
        {vector_list, 0x20000000, ERRNO_INVAL},
        {vector_list, 0xffffffff, ERRNO_INVAL},
        {vector_list, 2, ERRNO_FAULT},
        {vector_list, 2, ERRNO_FAULT},
        {vector_list, 2, ERRNO_FAULT},
        {vector_list, VECTORS_MAX, ERRNO_INVAL},
    };
    memset(vector_list, 0, sizeof vector_list);
    vector_list[0] = (iovec_t){vector_bytes, sizeof vector_bytes};
    if (number == 8) vector_list[1] = (iovec_t){at(end - 4), 5};
    if (number == 9) vector_list[1] = (iovec_t){at(1024), 0xffffffff};
    if (number == 10) vector_list[1] = (iovec_t){at(0xffffffff), 1};
    if (number == 11) {
        // Each is within the memory, and together they are 4 GiB and more.
        if (end < 5u << 20) __builtin_wasm_memory_grow(0, 80);
        for (uint32_t i = 0; i < VECTORS_MAX; i++) vector_list[i] = (iovec_t){at(0), 4u << 20};
    }
    return cases[number % BAD_VECTORS];
}

typedef struct {
    const char *text;
    uint32_t size;
    uint32_t error;
} bad_path_t;

// Nothing that a machine would miss, if a runtime let them through.
#define A16 "aaaaaaaaaaaaaaaa"
#define A64 A16 A16 A16 A16
static const bad_path_t bad_paths[BAD_PATHS + 1] = {
    {"", 0, ERRNO_NOENT},
    {"a\0b", 3, ERRNO_INVAL},
    {"a\0", 2, ERRNO_INVAL},
    {"\xff\xfe", 2, ERRNO_ILSEQ},
    {"a\xc3", 2, ERRNO_ILSEQ},
    {A64 A64 A64 A64, 256, ERRNO_NAMETOOLONG},
    {"..", 2, ERRNO_PERM},
    {"../x", 4, ERRNO_PERM},
    {"sub/../..", 9, ERRNO_PERM},
    {"sub/../../x", 11, ERRNO_PERM},
    {"/", 1, ERRNO_PERM},
    {"/nowhere/x", 10, ERRNO_PERM},
    {"//x", 3, ERRNO_PERM},
    {"missing/x", 9, ERRNO_NOENT},
    {"plain/x", 7, ERRNO_NOTDIR},
};

// --- Files.

// Opens a path below the directory; a failure is a failed check, and gives a descriptor that is none.
static uint32_t open_path(const char *path, uint32_t open, uint64_t rights, uint32_t flags) {
    uint32_t fd = 0xffffffff;
    uint32_t error = path_open(DIR, LOOKUP_FOLLOW, (void *)path, length(path), open, rights, 0, flags, &fd);
    check_equal(path, 0, "open_path", error, 0);
    return fd;
}

static const uint64_t RIGHTS_FILE =
    RIGHT_FD_DATASYNC | RIGHT_FD_READ | RIGHT_FD_SEEK | RIGHT_FD_FDSTAT_SET_FLAGS | RIGHT_FD_SYNC | RIGHT_FD_TELL |
    RIGHT_FD_WRITE | RIGHT_FD_ADVISE | RIGHT_FD_ALLOCATE | RIGHT_FD_FILESTAT_GET | RIGHT_FD_FILESTAT_SET_SIZE |
    RIGHT_FD_FILESTAT_SET_TIMES | RIGHT_POLL_FD_READWRITE;

// A file of that name with this content, open with all rights, at its beginning.
static uint32_t make_file(const char *path, const char *content) {
    uint32_t fd = open_path(path, OPEN_CREATE | OPEN_TRUNCATE, RIGHTS_FILE, 0);
    iovec_t vector = {(void *)content, length(content)};
    uint32_t size = 0;
    if (vector.size) check_equal(path, 0, "writing", fd_pwrite(fd, &vector, 1, 0, &size) || size != vector.size, 0);
    return fd;
}

// A directory of that name, open.
static uint32_t make_directory(const char *path) {
    check_equal(path, 0, "make_directory", path_create_directory(DIR, (void *)path, length(path)), 0);
    return open_path(path, OPEN_DIRECTORY, RIGHT_FD_READDIR | RIGHT_PATH_OPEN | RIGHT_FD_FILESTAT_GET, 0);
}

// Whether files may have several names, and names may lead to others. A file system in RAM has none of that.
static int has_links(void) {
    uint32_t error = path_symlink(PATH("x"), DIR, PATH("probe"));
    if (error == ERRNO_SUCCESS) OK(path_unlink_file(DIR, PATH("probe")));
    else FAILS(NOTSUP, error);
    return error == ERRNO_SUCCESS;
}

// What the bad paths go through: a directory `sub` and a file `plain`.
static void make_paths(void) {
    fd_close(make_directory("sub"));
    fd_close(make_file("plain", "text"));
}

// The status of a path below the directory, not following a link at its end.
static filestat_t status_of(const char *path) {
    filestat_t stat = {0};
    check_equal(path, 0, "status_of", path_filestat_get(DIR, 0, (void *)path, length(path), &stat), 0);
    return stat;
}

static int is_there(const char *path) {
    filestat_t stat;
    return path_filestat_get(DIR, 0, (void *)path, length(path), &stat) == ERRNO_SUCCESS;
}

// The number of a descriptor that was open, so far from the others that no program here gets it again.
static void find_closed_fd(void) {
    uint32_t opened[40], count = 0;
    while (count < 40 && !path_open(DIR, 0, PATH("."), OPEN_DIRECTORY, 0, 0, 0, &opened[count])) {
        bad_fds[0] = opened[count++];
    }
    while (count > 0) fd_close(opened[--count]);
}

__attribute__((export_name("_start"))) void start(void) {
    find_closed_fd();
    test();
    print_counts();
    proc_exit(checks_failed != 0);
}

#endif
