// A program for WASI: it works with files below the one directory that it gets.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Prints a line, without what printf brings along. */
static void say(const char *first, const char *second, const char *third) {
    char line[120] = "guest: ";
    strncat(line, first, 30);
    strncat(line, second, 40);
    strncat(line, third, 30);
    strcat(line, "\n");
    write(STDOUT_FILENO, line, strlen(line));
}

/* Ends the program unless something is as it should be. */
static void check(int is_right, const char *what) {
    if (!is_right) {
        say("wrong: ", what, errno != 0 ? strerror(errno) : "");
        exit(1);
    }
}

static void write_and_read(void) {
    char text[40] = {0};
    int file = open("log/today", O_CREAT | O_EXCL | O_WRONLY, 0666);
    check(file >= 0, "open to write");
    check(write(file, "first line", 10) == 10, "write");
    check(close(file) == 0, "close");
    file = open("log/today", O_WRONLY | O_APPEND);
    check(write(file, ", second line", 12) == 12 && close(file) == 0, "append");
    say("wrote 22 bytes to ", "log/today", "");

    check(open("log/today", O_CREAT | O_EXCL | O_WRONLY, 0666) < 0 && errno == EEXIST, "exclusive");
    file = open("log/today", O_RDWR);
    check(read(file, text, sizeof text) == 22, "read");
    check(lseek(file, 22, SEEK_SET) == 22 && write(file, "e", 1) == 1, "write at a place");
    check(pread(file, text, sizeof text, 0) == 23, "pread");
    say("read ", text, "");
    check(close(file) == 0, "close");
}

static void holes_and_ends(void) {
    char bytes[32];
    struct stat status;
    int file = open("log/today", O_RDWR);
    check(file >= 0, "open");
    check(pwrite(file, "end", 3, 200) == 3, "write beyond the end");
    check(pread(file, bytes, sizeof bytes, 180) == 23, "read the hole");
    check(bytes[0] == 0 && bytes[19] == 0 && memcmp(&bytes[20], "end", 3) == 0, "zeros");
    say("a hole of zeros, ", "and an end", "");
    check(ftruncate(file, 10) == 0 && fsync(file) == 0, "truncate");
    check(fstat(file, &status) == 0 && status.st_size == 10 && S_ISREG(status.st_mode), "status");
    say("10 bytes ", "are left", "");
    check(close(file) == 0, "close");
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

static void names(void) {
    char names[8][16];
    size_t count = 0;
    int notes = open("notes", O_CREAT | O_WRONLY, 0666);
    check(notes >= 0 && write(notes, "hello", 5) == 5 && close(notes) == 0, "another file");
    check(rename("log/today", "yesterday") == 0, "rename");
    check(rmdir("log") == 0, "remove a directory");
    DIR *directory = opendir(".");
    check(directory != NULL, "open a directory");
    for (struct dirent *entry; (entry = readdir(directory)) != NULL && count < 8;) {
        if (entry->d_name[0] != '.') {
            strncpy(names[count], entry->d_name, 15);
            names[count++][15] = 0;
        }
    }
    check(closedir(directory) == 0 && count == 2, "list");
    qsort(names, count, sizeof names[0], compare);
    strcat(names[0], ", ");
    say("in the directory: ", names[0], names[1]);
}

static void limits(void) {
    check(open("../secret", O_RDONLY) < 0, "a file outside");
    check(open("/lfs/secret", O_RDONLY) < 0, "a file by the host's name");
    check(mkdir("../there", 0777) < 0, "a directory outside");
    say("outside ", "is refused", "");
    check(open("nothing", O_RDONLY) < 0 && errno == ENOENT, "no file");
    check(open("notes/below", O_RDONLY) < 0 && errno == ENOTDIR, "no directory");
    check(unlink("yesterday") == 0, "remove");
    say("the rest ", "is removed", "");
}

int main(void) {
    check(mkdir("log", 0777) == 0, "make a directory");
    check(mkdir("log", 0777) < 0 && errno == EEXIST, "make it twice");
    write_and_read();
    holes_and_ends();
    names();
    limits();
    return 0;
}
