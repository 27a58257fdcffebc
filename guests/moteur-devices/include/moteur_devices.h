/* The devices that the host gives to a WebAssembly guest, for C: pins, I2C, SPI, pulse-width modulation, delays.
 *
 * A device is opened by the name that the host gave it, and used through the handle that opening returns. Every function
 * returns a number from 0 on, or one of the negative codes below. A pointer that leads out of the guest's memory, and a
 * buffer to be filled that overlaps another, end the guest with a trap.
 *
 * Compile with any clang that has the target wasm32; no library is needed.
 */
#ifndef MOTEUR_DEVICES_H
#define MOTEUR_DEVICES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The handle is not one that is open. */
#define MOTEUR_BAD_HANDLE (-1)
/* The device is of another kind. */
#define MOTEUR_WRONG_KIND (-2)
/* No device has this name. */
#define MOTEUR_NO_DEVICE (-3)
/* The device is open already. */
#define MOTEUR_BUSY (-4)
/* This guest may use the device, but not at this address. */
#define MOTEUR_NOT_PERMITTED (-5)
/* An argument is out of range: an address above 127, a duty above the maximum, an unknown operation, or more operations,
 * bytes or delay in one transaction than the host allows. */
#define MOTEUR_INVALID_ARGUMENT (-6)
/* The device cannot do this: an output that does not know its own state. */
#define MOTEUR_UNSUPPORTED (-7)
/* The device failed and does not say more. */
#define MOTEUR_FAILED (-8)
/* I2C: a start or stop where none belongs. */
#define MOTEUR_BUS (-16)
/* I2C: another controller has the bus. */
#define MOTEUR_ARBITRATION_LOSS (-17)
/* I2C: nobody answered at the address. */
#define MOTEUR_NO_ACKNOWLEDGE_ADDRESS (-18)
/* I2C: the device did not take a byte. */
#define MOTEUR_NO_ACKNOWLEDGE_DATA (-19)
/* I2C: no acknowledge, and it is not known of what. */
#define MOTEUR_NO_ACKNOWLEDGE (-20)
/* I2C and SPI: bytes came faster than they were taken. */
#define MOTEUR_OVERRUN (-21)
/* SPI: several controllers on the bus. */
#define MOTEUR_MODE_FAULT (-32)
/* SPI: a frame of the wrong form. */
#define MOTEUR_FRAME_FORMAT (-33)
/* SPI: the chip could not be selected. */
#define MOTEUR_CHIP_SELECT_FAULT (-34)

/* What a device is opened as. */
#define MOTEUR_OUTPUT 1
#define MOTEUR_INPUT 2
#define MOTEUR_I2C 3
#define MOTEUR_SPI 4
#define MOTEUR_PWM 5
#define MOTEUR_DELAY 6
#define MOTEUR_SERIAL 7

/* What an operation of a transaction does: read, write; on SPI also read and write at the same time, the same in one
 * buffer (`to`), and wait. */
#define MOTEUR_OPERATION_READ 1
#define MOTEUR_OPERATION_WRITE 2
#define MOTEUR_OPERATION_TRANSFER 3
#define MOTEUR_OPERATION_TRANSFER_IN_PLACE 4
#define MOTEUR_OPERATION_DELAY 5

/* The most operations in one transaction. */
#define MOTEUR_OPERATIONS_MAX 16

/* One operation of a transaction. What its kind does not need is ignored. */
struct moteur_operation {
  uint32_t kind;
  uint8_t *to;
  size_t to_bytes;
  const uint8_t *from;
  size_t from_bytes;
  uint32_t delay_ns;
};

#define MOTEUR_IMPORT(name) __attribute__((import_module("moteur_devices"), import_name(name)))

/* Opens a device as one of a kind (MOTEUR_OUTPUT and so on): its handle, which is above 0. A device can be open once at a
 * time. The name is text of so many bytes; it need not end with a zero byte. */
MOTEUR_IMPORT("open")
int32_t moteur_open(uint32_t kind, const char *name, size_t name_bytes);

/* Closes a device. It stays as it is: an output keeps its level. */
MOTEUR_IMPORT("close")
int32_t moteur_close(uint32_t handle);

/* Sets an output's level: low if `high` is 0, else high. */
MOTEUR_IMPORT("output_set")
int32_t moteur_output_set(uint32_t handle, uint32_t high);

/* The level that an output was set to: 1 for high. */
MOTEUR_IMPORT("output_get")
int32_t moteur_output_get(uint32_t handle);

/* Sets an output's other level. */
MOTEUR_IMPORT("output_toggle")
int32_t moteur_output_toggle(uint32_t handle);

/* An input's level: 1 for high. */
MOTEUR_IMPORT("input_get")
int32_t moteur_input_get(uint32_t handle);

/* Waits until an input has a level, but no longer than so many nanoseconds: 1 if it has, 0 if the time is over. The host
 * looks every 100 us, and waits in between with the delay whose handle is `pause`. */
MOTEUR_IMPORT("input_wait")
int32_t moteur_input_wait(uint32_t handle, uint32_t pause, uint32_t high, uint64_t timeout_ns);

/* Reads as many bytes as there is room for from the device at an address of 7 bits. */
MOTEUR_IMPORT("i2c_read")
int32_t moteur_i2c_read(uint32_t handle, uint32_t address, uint8_t *to, size_t to_bytes);

/* Writes bytes to the device at an address of 7 bits. */
MOTEUR_IMPORT("i2c_write")
int32_t moteur_i2c_write(uint32_t handle, uint32_t address, const uint8_t *from, size_t from_bytes);

/* Writes, and reads without giving the bus away in between. */
MOTEUR_IMPORT("i2c_write_read")
int32_t moteur_i2c_write_read(uint32_t handle, uint32_t address, const uint8_t *from, size_t from_bytes, uint8_t *to,
                              size_t to_bytes);

/* Several reads and writes as one transaction. */
MOTEUR_IMPORT("i2c_transaction")
int32_t moteur_i2c_transaction(uint32_t handle, uint32_t address, const struct moteur_operation *operations,
                               size_t count);

/* Reads as many bytes as there is room for. */
MOTEUR_IMPORT("spi_read")
int32_t moteur_spi_read(uint32_t handle, uint8_t *to, size_t to_bytes);

/* Writes bytes. */
MOTEUR_IMPORT("spi_write")
int32_t moteur_spi_write(uint32_t handle, const uint8_t *from, size_t from_bytes);

/* Reads and writes at the same time; the longer of the two says how many bytes. */
MOTEUR_IMPORT("spi_transfer")
int32_t moteur_spi_transfer(uint32_t handle, uint8_t *to, size_t to_bytes, const uint8_t *from, size_t from_bytes);

/* Writes bytes, and puts what comes back in their place. */
MOTEUR_IMPORT("spi_transfer_in_place")
int32_t moteur_spi_transfer_in_place(uint32_t handle, uint8_t *bytes, size_t count);

/* Several operations as one transaction, during which the chip stays selected. Its delays may take 10 ms together. */
MOTEUR_IMPORT("spi_transaction")
int32_t moteur_spi_transaction(uint32_t handle, const struct moteur_operation *operations, size_t count);

/* The duty that means "always on", at most 65535. */
MOTEUR_IMPORT("pwm_max_duty")
int32_t moteur_pwm_max_duty(uint32_t handle);

/* Sets the duty, from 0 to the maximum. */
MOTEUR_IMPORT("pwm_set_duty")
int32_t moteur_pwm_set_duty(uint32_t handle, uint32_t duty);

/* Waits for at least so many nanoseconds. The host waits: this costs the guest no instructions and no fuel. */
MOTEUR_IMPORT("delay_ns")
int32_t moteur_delay_ns(uint32_t handle, uint64_t ns);

/* Reads what has come, 64 bytes at most: how many bytes that is. Waits for the first, but no longer than so many
 * nanoseconds, after which it is 0. The host looks every 100 us, and waits in between with the delay whose handle is
 * `pause`; with 0 nanoseconds it does not wait, and `pause` may be 0. */
MOTEUR_IMPORT("serial_read")
int32_t moteur_serial_read(uint32_t handle, uint8_t *to, size_t to_bytes, uint32_t pause, uint64_t timeout_ns);

/* Writes as many of the bytes as the port takes at once, 64 at most: how many that is. */
MOTEUR_IMPORT("serial_write")
int32_t moteur_serial_write(uint32_t handle, const uint8_t *from, size_t from_bytes);

/* Waits until all that was written has left. */
MOTEUR_IMPORT("serial_flush")
int32_t moteur_serial_flush(uint32_t handle);

#ifdef __cplusplus
}
#endif

#endif
