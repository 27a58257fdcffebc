/* Calls every function of the header, on the same devices as every_trait.rs. The host's tests run it. */

#include "moteur_devices.h"

/* The line that stands for what failed. */
#define ENSURE(condition)                                                                                              \
  do {                                                                                                                 \
    if (!(condition))                                                                                                  \
      return __LINE__;                                                                                                 \
  } while (0)

#define OPEN(kind, name) ((uint32_t)moteur_open(kind, name, sizeof(name) - 1))

static uint8_t bytes[4];

static uint32_t handles(void) {
  ENSURE(moteur_open(MOTEUR_OUTPUT, "nothing", 7) == MOTEUR_NO_DEVICE);
  ENSURE(moteur_open(MOTEUR_OUTPUT, "button", 6) == MOTEUR_WRONG_KIND);
  uint32_t led = OPEN(MOTEUR_OUTPUT, "led");
  ENSURE(moteur_open(MOTEUR_OUTPUT, "led", 3) == MOTEUR_BUSY);
  ENSURE(moteur_pwm_max_duty(led) == MOTEUR_WRONG_KIND);
  ENSURE(moteur_close(led) == 0);
  ENSURE(moteur_close(led) == MOTEUR_BAD_HANDLE);
  return 0;
}

static uint32_t pins(void) {
  uint32_t led = OPEN(MOTEUR_OUTPUT, "led");
  uint32_t button = OPEN(MOTEUR_INPUT, "button");
  uint32_t lamp = OPEN(MOTEUR_PWM, "lamp");
  uint32_t delay = OPEN(MOTEUR_DELAY, "delay");
  ENSURE(moteur_output_set(led, 1) == 0 && moteur_output_get(led) == 1);
  ENSURE(moteur_output_toggle(led) == 0 && moteur_output_get(led) == 0);
  ENSURE(moteur_input_get(button) == 0);
  ENSURE(moteur_input_wait(button, delay, 0, 0) == 1);
  ENSURE(moteur_input_wait(button, delay, 1, 1000000) == 0);
  ENSURE(moteur_delay_ns(delay, 5000000000) == 0);
  ENSURE(moteur_pwm_max_duty(lamp) == 1000);
  ENSURE(moteur_pwm_set_duty(lamp, 250) == 0);
  ENSURE(moteur_pwm_set_duty(lamp, 1001) == MOTEUR_INVALID_ARGUMENT);
  ENSURE(moteur_close(led) == 0 && moteur_close(button) == 0 && moteur_close(lamp) == 0 && moteur_close(delay) == 0);
  return 0;
}

static uint32_t i2c_bus(void) {
  static const uint8_t text[] = {16, 1, 2, 3, 4}, where[] = {17};
  uint32_t bus = OPEN(MOTEUR_I2C, "memory");
  ENSURE(moteur_i2c_write(bus, 0x50, text, sizeof(text)) == 0);
  bytes[3] = 0;
  ENSURE(moteur_i2c_write_read(bus, 0x50, where, 1, bytes, 3) == 0);
  ENSURE(bytes[0] == 2 && bytes[1] == 3 && bytes[2] == 4 && bytes[3] == 0);
  ENSURE(moteur_i2c_read(bus, 0x50, bytes, 1) == 0 && bytes[0] == 2);
  ENSURE(moteur_i2c_read(bus, 0x51, bytes, 1) == MOTEUR_NO_ACKNOWLEDGE_ADDRESS);
  ENSURE(moteur_i2c_read(bus, 0x52, bytes, 1) == MOTEUR_NOT_PERMITTED);
  static struct moteur_operation operations[] = {
      {.kind = MOTEUR_OPERATION_WRITE, .from = text, .from_bytes = 1},
      {.kind = MOTEUR_OPERATION_READ, .to = bytes, .to_bytes = 2},
  };
  ENSURE(moteur_i2c_transaction(bus, 0x50, operations, 2) == 0);
  ENSURE(bytes[0] == 1 && bytes[1] == 2);
  ENSURE(moteur_i2c_transaction(bus, 0x50, operations, MOTEUR_OPERATIONS_MAX + 1) == MOTEUR_INVALID_ARGUMENT);
  ENSURE(moteur_close(bus) == 0);
  return 0;
}

static uint32_t spi_device(void) {
  static const uint8_t text[] = {0x0f, 0xf0};
  uint32_t device = OPEN(MOTEUR_SPI, "complement");
  ENSURE(moteur_spi_read(device, bytes, 4) == 0 && bytes[3] == 0x11);
  ENSURE(moteur_spi_write(device, text, 2) == 0);
  ENSURE(moteur_spi_transfer(device, bytes, 3, text, 2) == 0);
  ENSURE(bytes[0] == 0xf0 && bytes[1] == 0x0f && bytes[2] == 0x11);
  ENSURE(moteur_spi_transfer_in_place(device, bytes, 2) == 0 && bytes[0] == 0x0f && bytes[1] == 0xf0);
  static struct moteur_operation operations[] = {
      {.kind = MOTEUR_OPERATION_DELAY, .delay_ns = 1000},
      {.kind = MOTEUR_OPERATION_TRANSFER, .to = bytes, .to_bytes = 2, .from = text, .from_bytes = 2},
      {.kind = MOTEUR_OPERATION_TRANSFER_IN_PLACE, .to = bytes + 2, .to_bytes = 1},
  };
  bytes[2] = 0xaa;
  ENSURE(moteur_spi_transaction(device, operations, 3) == 0);
  ENSURE(bytes[0] == 0xf0 && bytes[1] == 0x0f && bytes[2] == 0x55);
  ENSURE(moteur_close(device) == 0);
  return 0;
}

static uint32_t serial_port(void) {
  uint32_t port = OPEN(MOTEUR_SERIAL, "loop");
  uint32_t delay = OPEN(MOTEUR_DELAY, "delay");
  static const uint8_t text[] = {1, 2, 3};
  ENSURE(moteur_serial_write(port, text, 3) == 3);
  ENSURE(moteur_serial_flush(port) == 0);
  ENSURE(moteur_serial_read(port, bytes, 2, delay, 1000) == 2 && bytes[0] == 1 && bytes[1] == 2);
  ENSURE(moteur_serial_read(port, bytes, 4, 0, 0) == 1 && bytes[0] == 3);
  ENSURE(moteur_serial_read(port, bytes, 4, delay, 2000000) == 0);
  ENSURE(moteur_serial_read(delay, bytes, 4, delay, 0) == MOTEUR_WRONG_KIND);
  ENSURE(moteur_close(port) == 0 && moteur_close(delay) == 0);
  return 0;
}

/* The line of the first check that fails, 0 if none does. */
__attribute__((export_name("every_function"))) uint32_t every_function(void) {
  uint32_t line = handles();
  if (line == 0)
    line = pins();
  if (line == 0)
    line = i2c_bus();
  if (line == 0)
    line = spi_device();
  return line == 0 ? serial_port() : line;
}
