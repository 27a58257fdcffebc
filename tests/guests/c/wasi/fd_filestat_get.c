// fd_filestat_get: what is known of something open.
// run: --dir .::/

#include "../check.h"

static filestat_t stat_of(uint32_t fd) {
    filestat_t stat;
    memset(&stat, 0xff, sizeof stat);
    OK(fd_filestat_get(fd, &stat));
    return stat;
}

static void test(void) {
    uint64_t before = 0, after = 0;
    OK(clock_time_get(CLOCK_REALTIME, 0, &before));
    uint32_t file = make_file("file", "text");
    OK(clock_time_get(CLOCK_REALTIME, 0, &after));
    filestat_t stat = stat_of(file);
    EQUAL(stat.filetype, FILETYPE_REGULAR_FILE);
    EQUAL(stat.size, 4);
    EQUAL(stat.links, 1);
    // The file system's clock is coarser than the one that was read.
    const uint64_t second = 1000000000;
    HOLDS(before - second < stat.modified && stat.modified < after + second);
    HOLDS(before - second < stat.accessed && stat.accessed < after + second);
    HOLDS(before - second < stat.changed && stat.changed < after + second);

    filestat_t by_name = status_of("file");
    EQUAL(stat.inode, by_name.inode);
    EQUAL(stat.device, by_name.device);
    HOLDS(stat_of(make_file("other", "")).inode != stat.inode);
    if (has_links()) {
        OK(path_link(DIR, 0, PATH("file"), DIR, PATH("name")));
        EQUAL(stat_of(file).links, 2);
    }

    EQUAL(stat_of(DIR).filetype, FILETYPE_DIRECTORY);
    for (uint32_t stream = 0; stream < 3; stream++) {
        check_case = stream;
        stat = stat_of(stream);
        HOLDS(stat.filetype != FILETYPE_DIRECTORY && stat.filetype != FILETYPE_REGULAR_FILE);
    }

    // Not a byte more than the record has.
    uint8_t record[sizeof stat + 8];
    memset(record, 0x55, sizeof record);
    OK(fd_filestat_get(file, record));
    EQUAL(record[sizeof stat], 0x55);
    OK(fd_filestat_get(file, at(memory_bytes() - sizeof stat)));
    EACH_BAD_PLACE(place, sizeof stat) FAILS(FAULT, fd_filestat_get(file, place));
    EACH_BAD_PLACE(place, sizeof stat) FAILS(FAULT, fd_filestat_get(1, place));
    EACH_BAD_FD(fd) FAILS(BADF, fd_filestat_get(fd, &stat));

    uint32_t lacking = open_path("file", 0, RIGHT_FD_READ, 0);
    FAILS(NOTCAPABLE, fd_filestat_get(lacking, &stat));
}
