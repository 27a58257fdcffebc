/* Gives a guest the directory /lfs/guest, and looks at what it has left there. */

#include <moteur/zephyr.h>
#include <zephyr/fs/fs.h>
#include <zephyr/fs/littlefs.h>
#include <zephyr/kernel.h>
#include <zephyr/storage/flash_map.h>

static const uint8_t guest[] __aligned(16) = {
#include "guest.wasm.inc"
};

static uint8_t pool[CONFIG_MOTEUR_POOL_BYTES] __aligned(8);

FS_LITTLEFS_DECLARE_DEFAULT_CONFIG(littlefs);
static struct fs_mount_t mount = {
	.type = FS_LITTLEFS,
	.fs_data = &littlefs,
	.storage_dev = (void *)FIXED_PARTITION_ID(storage_partition),
	.mnt_point = "/lfs",
};

/* An empty directory for the guest, and a file that is none of its business. */
static int prepare(void)
{
	struct fs_file_t secret;
	int error = fs_mount(&mount);

	if (error < 0) {
		printk("/lfs cannot be mounted: %d\n", error);
		return error;
	}
	fs_unlink("/lfs/guest/notes");
	fs_unlink("/lfs/guest");
	error = fs_mkdir("/lfs/guest");
	if (error < 0) {
		printk("/lfs/guest cannot be made: %d\n", error);
		return error;
	}
	fs_file_t_init(&secret);
	error = fs_open(&secret, "/lfs/secret", FS_O_CREATE | FS_O_WRITE);
	return error < 0 ? error : fs_close(&secret);
}

static int run(struct moteur *runtime)
{
	static const char *const arguments[] = {"guest"};
	static const struct moteur_directory directories[] = {{.guest = "/", .host = "/lfs/guest", .writable = true}};
	static const struct moteur_world world = {
		.arguments = arguments,
		.argument_count = ARRAY_SIZE(arguments),
		.directories = directories,
		.directory_count = ARRAY_SIZE(directories),
	};
	struct moteur_module *module = NULL;
	struct moteur_instance *instance = NULL;
	int error = moteur_load(runtime, guest, sizeof(guest), MOTEUR_IN_PLACE, &module);

	if (error == 0) {
		error = moteur_instantiate(module, &world, &instance);
	}
	if (error == 0) {
		error = moteur_run(instance);
	}
	if (error != 0) {
		printk("error %d: %s\n", error, moteur_error_text(runtime));
	}
	moteur_release(instance);
	moteur_unload(module);
	return error;
}

int main(void)
{
	struct moteur *runtime;
	struct fs_dirent entry;
	int error = prepare();

	if (error == 0) {
		error = moteur_create(&runtime, pool, sizeof(pool), &MOTEUR_OPTIONS_DEFAULT);
	}
	if (error != 0) {
		return error;
	}
	error = run(runtime);
	moteur_destroy(runtime);
	if (fs_stat("/lfs/guest/notes", &entry) == 0) {
		printk("host: /lfs/guest/notes has %zu bytes\n", entry.size);
	}
	printk("guest ended with %d\n", error);
	return error;
}
