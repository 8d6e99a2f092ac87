/* The host's half of the bytes of protocol version 1: what a display, a hub or a test needs. A sensor does not.

   Each function gives -1 when the bytes are of version 1, else the offset of the first wrong byte, as the vectors have it. */
#ifndef IMUKICK_V1_READ_H
#define IMUKICK_V1_READ_H

#include "imukick_v1.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint8_t n;
    uint16_t seq;
    uint32_t t_us;
} imukick_v1_packet; /* sample i is read by `imukick_v1_read_counts` */

typedef struct {
    uint8_t command, status;
    bool timed; /* whether `uptime_us` was in it */
    uint64_t uptime_us;
} imukick_v1_reply;

int32_t imukick_v1_read_stream(const uint8_t *data, size_t bytes, imukick_v1_packet *out);
void imukick_v1_read_counts(const uint8_t *data, uint8_t sample, int16_t counts[6]);
int32_t imukick_v1_read_config(const uint8_t *data, size_t bytes, imukick_v1_settings *out);
int32_t imukick_v1_read_reply(const uint8_t *data, size_t bytes, imukick_v1_reply *out);

#ifdef __cplusplus
}
#endif
#endif
