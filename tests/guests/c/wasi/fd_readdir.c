// fd_readdir: lists each name once, in pieces of any size, and goes on at any cookie.
// run: --dir .::/

#include "../check.h"

enum { FILES = 20 };

static uint8_t entries[4096];
static uint64_t cookies[FILES];

static char *name_of(uint32_t number) {
    static char name[] = "file00";
    name[4] = (char)('0' + number / 10);
    name[5] = (char)('0' + number % 10);
    return name;
}

// Lists the directory through a buffer of that size; gives a bit for each file, and checks each entry.
static uint32_t list(uint32_t directory, uint32_t buffer_size) {
    uint32_t seen = 0, used = buffer_size, count = 0;
    uint64_t cookie = 0;
    while (used == buffer_size) {
        if (!OK(fd_readdir(directory, entries, buffer_size, cookie, &used)) || !HOLDS(used <= buffer_size)) break;
        uint32_t offset = 0;
        while (used - offset >= sizeof(dirent_t)) {
            dirent_t entry;
            memcpy(&entry, entries + offset, sizeof entry);
            const uint8_t *name = entries + offset + sizeof entry;
            if (entry.name_size > used - offset - sizeof entry) break;
            for (uint32_t i = 0; i < FILES; i++) {
                if (entry.name_size != 6 || !same(name, name_of(i), 6)) continue;
                EQUAL(seen >> i & 1, 0);
                seen |= 1u << i;
                cookies[i] = entry.next;
                EQUAL(entry.filetype, i ? FILETYPE_REGULAR_FILE : FILETYPE_DIRECTORY);
                EQUAL(entry.inode, status_of(name_of(i)).inode);
            }
            if (entry.name_size != 6) HOLDS(name[0] == '.' && entry.filetype == FILETYPE_DIRECTORY);
            cookie = entry.next;
            offset += sizeof entry + entry.name_size;
            count++;
        }
        if (!HOLDS(offset > 0 || used < buffer_size)) break;
    }
    HOLDS(count >= FILES && count <= FILES + 2);
    return seen;
}

static void test(void) {
    OK(fd_close(make_directory(name_of(0))));
    for (uint32_t i = 1; i < FILES; i++) OK(fd_close(make_file(name_of(i), "")));
    uint32_t directory = open_path(".", OPEN_DIRECTORY, RIGHT_FD_READDIR, 0);
    uint32_t sizes[] = {sizeof entries, 30, 31, 53, 54, 55, 100, 1000};
    for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        EQUAL(list(directory, sizes[i]), (1u << FILES) - 1);
    }
    EQUAL(list(DIR, sizeof entries), (1u << FILES) - 1);

    // Behind the entry that gave the cookie comes another one, or the end.
    uint32_t used = 0, last = 0;
    for (uint32_t i = 0; i < FILES; i++) {
        OK(fd_readdir(directory, entries, sizeof entries, cookies[i], &used));
        if (used == 0) last++;
        else HOLDS(!same(entries + sizeof(dirent_t), name_of(i), 6));
    }
    HOLDS(last <= 1);
    // What does not fit is cut, which is how the program knows that there is more.
    OK(fd_readdir(directory, entries, 10, 0, &used));
    EQUAL(used, 10);
    OK(fd_readdir(directory, entries, 0, 0, &used));
    EQUAL(used, 0);
    // Nothing is behind the last name, and a removed one is gone.
    OK(path_unlink_file(DIR, PATH("file07")));
    uint32_t again = open_path(".", OPEN_DIRECTORY, RIGHT_FD_READDIR, 0);
    used = sizeof entries;
    OK(fd_readdir(again, entries, sizeof entries, 0, &used));
    for (uint32_t i = 0; i + 6 <= used; i++) HOLDS(!same(entries + i, "file07", 6));

    // A cookie that never was leads nowhere, or is refused.
    used = 0;
    uint32_t errno = fd_readdir(directory, entries, sizeof entries, UINT64_MAX, &used);
    HOLDS(errno == ERRNO_INVAL || (errno == ERRNO_SUCCESS && used == 0));

    EACH_BAD_BUFFER(place, size) FAILS(FAULT, fd_readdir(directory, place, size, 0, &used));
    EACH_BAD_PLACE(place, 4) FAILS(FAULT, fd_readdir(directory, entries, sizeof entries, 0, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_readdir(fd, entries, sizeof entries, 0, &used));
    FAILS(NOTDIR, fd_readdir(1, entries, sizeof entries, 0, &used));
    FAILS(NOTDIR, fd_readdir(make_file("plain", ""), entries, sizeof entries, 0, &used));
    // The size over what was listed.
    OK(fd_readdir(again, entries, 100, 0, entries));
    EQUAL(*(uint32_t *)entries, 100);

    uint32_t lacking = open_path(".", OPEN_DIRECTORY, RIGHT_FD_FILESTAT_GET, 0);
    FAILS(NOTCAPABLE, fd_readdir(lacking, entries, sizeof entries, 0, &used));
}
