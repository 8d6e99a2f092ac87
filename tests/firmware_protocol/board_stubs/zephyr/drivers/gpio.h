#pragma once
#include <zephyr/kernel.h>
struct gpio_dt_spec { const struct device *port; };
#define GPIO_DT_SPEC_GET(node, property) {&stub_device}
#define GPIO_OUTPUT_INACTIVE 1
int gpio_pin_configure_dt(const struct gpio_dt_spec *pin, int flags);
int gpio_pin_set_dt(const struct gpio_dt_spec *pin, int value);
