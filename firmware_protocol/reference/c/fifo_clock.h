/* When was a reading taken that waited in the motion sensor's FIFO? A clock for boards that empty a FIFO now and then.

   The part measures by its own oscillator, up to 10 % off its data sheet; the board sees only how many readings a FIFO holds at the
   moment it looks. The newest of them is younger than one period, so over many looks the smallest age is next to nothing: period and
   phase follow from that. Let it run from power-on, streaming or not; it has settled after some 400 looks (10 s of one every 25 ms). */
#ifndef FIFO_CLOCK_H
#define FIFO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint64_t newest_q8; /* the newest reading's time, in 1/256 us */
    uint32_t period_q8;
    uint64_t window_q8, window_readings; /* where the window of the period began, and the readings since */
    int64_t least_us;                    /* the smallest age in the window of the phase */
    uint16_t looks, windows;
    bool begun;
} fifo_clock;

/* Another rate was set, or the FIFO was emptied. */
void fifo_clock_begin(fifo_clock *clock, uint32_t rate_millihz);
/* At `now_us` the FIFO held n readings, n at least 1: gives when the oldest of them was taken; each next is one `fifo_clock_period` later. */
uint64_t fifo_clock_look(fifo_clock *clock, uint64_t now_us, uint16_t n);
/* Time of reading i of that look, 0 the oldest. */
uint64_t fifo_clock_at(const fifo_clock *clock, uint16_t n, uint16_t i);

#ifdef __cplusplus
}
#endif
#endif
