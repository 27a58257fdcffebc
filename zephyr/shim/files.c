/*
 * Files of Zephyr's file systems. Each function opens what it works on and closes it again: so nothing is open between
 * two calls of a guest, a write is on the medium when it returns, and a guest that is ended leaves nothing behind.
 */

#include "shim.h"
#include "kernel.h"

#include <errno.h>
#include <string.h>

#if __has_include(<zephyr/fs/fs.h>)
#include <zephyr/fs/fs.h>
#else
#include <fs/fs.h>
#endif

/* The end of what a file may have, for all file systems here. */
#define FILE_BYTES_MAX INT32_MAX

const uint16_t moteur_shim_files_max = CONFIG_MOTEUR_FILES_MAX;

/* Zephyr's numbers as ours; what is not negative stays. */
static int checked(int result)
{
	return result < 0 ? moteur_shim_error(result) : result;
}

/* Zephyr's functions for files are for the kernel. In a thread of user mode, a guest is given no directory: that is when one
 * is listed for the first time. */
static bool is_refused(void)
{
#ifdef CONFIG_USERSPACE
	return k_is_user_context();
#else
	return false;
#endif
}

int moteur_shim_file_find(const char *path, bool *is_directory, uint64_t *size)
{
	struct fs_dirent entry;
	int error;

	if (is_refused()) {
		return SHIM_DENIED;
	}
	error = fs_stat(path, &entry);
	if (error < 0) {
		return moteur_shim_error(error);
	}
	*is_directory = entry.type == FS_DIR_ENTRY_DIR;
	*size = entry.size;
	return 0;
}

/* Opens a file, and goes to a position in it. */
static int open_at(struct fs_file_t *file, const char *path, int flags, off_t offset, int whence)
{
	int error;

	fs_file_t_init(file);
	error = fs_open(file, path, flags);
	if (error < 0) {
		return error;
	}
	error = offset == 0 && whence == FS_SEEK_SET ? 0 : fs_seek(file, offset, whence);
	if (error < 0) {
		(void)fs_close(file);
	}
	return error;
}

/* Closes it: what was written is on the medium only then. */
static int close_after(struct fs_file_t *file, int result)
{
	int error = fs_close(file);

	return checked(result < 0 || error == 0 ? result : error);
}

int moteur_shim_file_create(const char *path)
{
	struct fs_file_t file;
	int error = open_at(&file, path, FS_O_WRITE | FS_O_CREATE, 0, FS_SEEK_SET);

	return error < 0 ? moteur_shim_error(error) : close_after(&file, fs_truncate(&file, 0));
}

int moteur_shim_file_read(const char *path, uint8_t *to, size_t count, uint64_t offset)
{
	struct fs_file_t file;
	int error;

	if (offset > FILE_BYTES_MAX) {
		return 0;
	}
	error = open_at(&file, path, FS_O_READ, (off_t)offset, FS_SEEK_SET);
	return error < 0 ? moteur_shim_error(error) : close_after(&file, fs_read(&file, to, MIN(count, FILE_BYTES_MAX)));
}

/* Has a file end at `size`. Zephyr's file systems do not agree on what a truncation to more bytes does, so zeros are
 * written. */
static int set_size(struct fs_file_t *file, off_t size)
{
	static const uint8_t zeros[64];
	off_t end;
	int result = fs_seek(file, 0, FS_SEEK_END);

	end = result < 0 ? result : fs_tell(file);
	if (end < 0) {
		return end;
	}
	if (end > size) {
		return fs_truncate(file, size);
	}
	while (end < size) {
		result = fs_write(file, zeros, MIN((size_t)(size - end), sizeof(zeros)));
		if (result <= 0) {
			return result < 0 ? result : -ENOSPC;
		}
		end += result;
	}
	return 0;
}

/* Whether so many bytes are more than the whole medium has: nobody should wait until it is full of zeros. */
static bool is_beyond_medium(const char *path, uint64_t size)
{
	struct fs_statvfs medium;

	return fs_statvfs(path, &medium) == 0 && size > (uint64_t)medium.f_frsize * medium.f_blocks;
}

int moteur_shim_file_set_size(const char *path, uint64_t size)
{
	struct fs_file_t file;
	int error;

	if (size > FILE_BYTES_MAX) {
		return SHIM_TOO_LARGE;
	}
	if (is_beyond_medium(path, size)) {
		return SHIM_NO_SPACE;
	}
	error = open_at(&file, path, FS_O_RDWR, 0, FS_SEEK_SET);
	return error < 0 ? moteur_shim_error(error) : close_after(&file, set_size(&file, (off_t)size));
}

int moteur_shim_file_write(const char *path, const uint8_t *from, size_t count, uint64_t offset)
{
	struct fs_file_t file;
	int error;

	if (offset > FILE_BYTES_MAX || count > FILE_BYTES_MAX - offset) {
		return SHIM_TOO_LARGE;
	}
	if (is_beyond_medium(path, offset + count)) {
		return SHIM_NO_SPACE;
	}
	error = open_at(&file, path, FS_O_RDWR, 0, FS_SEEK_END);
	if (error < 0) {
		return moteur_shim_error(error);
	}
	if (fs_tell(&file) < (off_t)offset) {
		error = set_size(&file, (off_t)offset);
	}
	if (error >= 0) {
		error = fs_seek(&file, (off_t)offset, FS_SEEK_SET);
	}
	return close_after(&file, error < 0 ? error : fs_write(&file, from, count));
}

int moteur_shim_file_append(const char *path, const uint8_t *from, size_t count)
{
	struct fs_file_t file;
	int error;

	if (count > FILE_BYTES_MAX) {
		return SHIM_TOO_LARGE;
	}
	error = open_at(&file, path, FS_O_RDWR, 0, FS_SEEK_END);
	return error < 0 ? moteur_shim_error(error) : close_after(&file, fs_write(&file, from, count));
}

int moteur_shim_file_create_directory(const char *path)
{
	return checked(fs_mkdir(path));
}

int moteur_shim_file_remove(const char *path)
{
	return checked(fs_unlink(path));
}

int moteur_shim_file_rename(const char *path, const char *new_path)
{
	return checked(fs_rename(path, new_path));
}

int moteur_shim_file_list(const char *path, moteur_shim_name_t each, void *context)
{
	struct fs_dir_t directory;
	struct fs_dirent entry;
	int error;

	if (is_refused()) {
		return SHIM_DENIED;
	}
	fs_dir_t_init(&directory);
	error = fs_opendir(&directory, path);
	if (error < 0) {
		return moteur_shim_error(error);
	}
	for (;;) {
		error = fs_readdir(&directory, &entry);
		if (error < 0 || entry.name[0] == '\0') {
			break;
		}
		each(context, (const uint8_t *)entry.name, strlen(entry.name), entry.type == FS_DIR_ENTRY_DIR);
	}
	(void)fs_closedir(&directory);
	return checked(error);
}
