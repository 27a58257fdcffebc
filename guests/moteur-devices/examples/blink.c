/* Blinks an LED: the same guest as blink.rs, in C and without a library. */

#include "moteur_devices.h"

static int32_t run(uint32_t led, uint32_t delay, uint32_t times, uint32_t half_ms) {
  uint64_t half_ns = (uint64_t)half_ms * 1000000;
  int32_t seen = 0;
  for (uint32_t i = 0; i < times; i++) {
    moteur_output_set(led, 1);
    moteur_delay_ns(delay, half_ns);
    int32_t level = moteur_output_get(led);
    if (level < 0)
      return level;
    seen += level;
    moteur_output_set(led, 0);
    moteur_delay_ns(delay, half_ns);
  }
  return seen;
}

/* Blinks so many times, half_ms milliseconds on and as long off. Returns how often the LED was seen lit, or a negative
 * code. */
__attribute__((export_name("blink"))) int32_t blink(uint32_t times, uint32_t half_ms) {
  int32_t led = moteur_open(MOTEUR_OUTPUT, "led", 3);
  if (led < 0)
    return led;
  int32_t delay = moteur_open(MOTEUR_DELAY, "delay", 5);
  int32_t seen = delay < 0 ? delay : run((uint32_t)led, (uint32_t)delay, times, half_ms);
  if (delay >= 0)
    moteur_close((uint32_t)delay);
  moteur_close((uint32_t)led);
  return seen;
}
