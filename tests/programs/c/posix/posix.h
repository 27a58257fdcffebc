/* What programs expect of POSIX and WASI has no counterpart for. Files have no owners and modes there: setting them
 * does nothing and succeeds. There are no other processes and no directory for temporary files: asking for one fails.
 * These are macros because a C library may declare the functions without having them. */
#ifndef POSIX_H
#define POSIX_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static inline int posix_succeeds(void) { return 0; }
static inline int posix_fails(void) { return -1; }

/* Paths have no symbolic links that a guest could see through. */
static inline char *posix_realpath(const char *path, char *into) {
    struct stat status;
    if (stat(path, &status) != 0) return NULL;
    return into != NULL ? strcpy(into, path) : strdup(path);
}

#define chmod(path, mode) posix_succeeds()
#define fchmod(file, mode) posix_succeeds()
#define chown(path, user, group) posix_succeeds()
#define fchown(file, user, group) posix_succeeds()
#define realpath(path, into) posix_realpath(path, into)
#define getpagesize() 65536
#define system(command) posix_fails()
#define mktemp(name) ((void)(name), (char *)NULL)
#define tmpnam(name) ((void)(name), (char *)NULL)
#define tmpfile() ((FILE *)NULL)
#ifndef L_tmpnam
#define L_tmpnam 20
#endif

#endif
