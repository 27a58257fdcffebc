/* Stands for Zephyr's header of this name: as much of it as the shim uses. */
#ifndef STUB_FS_H_
#define STUB_FS_H_

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FS_O_READ 0x01
#define FS_O_WRITE 0x02
#define FS_O_RDWR (FS_O_READ | FS_O_WRITE)
#define FS_O_CREATE 0x10
#define FS_SEEK_SET 0
#define FS_SEEK_END 2

enum fs_dir_entry_type {
	FS_DIR_ENTRY_FILE = 0,
	FS_DIR_ENTRY_DIR,
};

struct fs_dirent {
	enum fs_dir_entry_type type;
	char name[256];
	size_t size;
};

struct fs_statvfs {
	unsigned long f_bsize;
	unsigned long f_frsize;
	unsigned long f_blocks;
	unsigned long f_bfree;
};

struct fs_file_t {
	void *filep;
};

struct fs_dir_t {
	void *dirp;
};

static inline void fs_file_t_init(struct fs_file_t *file)
{
	file->filep = NULL;
}

static inline void fs_dir_t_init(struct fs_dir_t *directory)
{
	directory->dirp = NULL;
}

int fs_open(struct fs_file_t *file, const char *path, uint8_t flags);
int fs_close(struct fs_file_t *file);
int fs_unlink(const char *path);
int fs_rename(const char *from, const char *to);
ssize_t fs_read(struct fs_file_t *file, void *to, size_t size);
ssize_t fs_write(struct fs_file_t *file, const void *from, size_t size);
int fs_seek(struct fs_file_t *file, off_t offset, int whence);
off_t fs_tell(struct fs_file_t *file);
int fs_truncate(struct fs_file_t *file, off_t length);
int fs_mkdir(const char *path);
int fs_opendir(struct fs_dir_t *directory, const char *path);
int fs_readdir(struct fs_dir_t *directory, struct fs_dirent *entry);
int fs_closedir(struct fs_dir_t *directory);
int fs_stat(const char *path, struct fs_dirent *entry);
int fs_statvfs(const char *path, struct fs_statvfs *stat);

#endif
