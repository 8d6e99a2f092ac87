/* One operation on a core, as bytes: what the programs of this folder are made of. See core_driver.c. */
#ifndef CORE_DRIVER_H
#define CORE_DRIVER_H

#include "imukick_v1.h"

#define CORE_ARGUMENT_BYTES 6200u
#define CORE_ANSWER_BYTES 3068u /* the longest of both: a packet of 255 samples */

extern imukick_v1 core;
extern bool core_is_on; /* after a `B` that was good */
uint16_t core_operation(uint8_t code, const uint8_t *args, uint16_t bytes, uint8_t answer[CORE_ANSWER_BYTES]);

#endif
