/* The kernel's headers, which had no folder of their own before Zephyr 3.1. */
#ifndef MOTEUR_KERNEL_H_
#define MOTEUR_KERNEL_H_

#if __has_include(<zephyr/version.h>)
#include <zephyr/version.h>
#else
#include <version.h>
#endif

#if __has_include(<zephyr/kernel.h>)
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/printk.h>
#include <zephyr/cache.h>
#ifdef CONFIG_USERSPACE
#include <zephyr/app_memory/app_memdomain.h>
#endif
#else
#include <zephyr.h>
#include <logging/log.h>
#include <sys/printk.h>
#include <cache.h>
#ifdef CONFIG_USERSPACE
#include <app_memory/app_memdomain.h>
#endif
#endif

#endif
