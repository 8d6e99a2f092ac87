/* When was a reading taken that waited in a FIFO? See fifo_clock.h. */
#include "fifo_clock.h"

/* Chosen by simulation (tests/firmware_protocol/test_fifo_clock.py): looks of a window, few at first and more once the period is known;
   windows over which the period is measured, of which the older half is forgotten now and then, as parts drift with warmth. */
#define FIRST_LOOKS 32u
#define LOOKS 64u
#define FIRST_WINDOWS 12u
#define WINDOWS 128u

void fifo_clock_begin(fifo_clock *clock, uint32_t rate_millihz)
{
    clock->period_q8 = (uint32_t)(256000000000u / (uint64_t)rate_millihz);
    clock->begun = false;
}

static void new_window(fifo_clock *clock)
{
    clock->least_us = INT64_MAX;
    clock->looks = 0;
}

static void measure_period(fifo_clock *clock)
{
    uint64_t passed_q8 = clock->newest_q8 - clock->window_q8;
    if (clock->window_readings > 0)
        clock->period_q8 = (uint32_t)(passed_q8 / clock->window_readings);
    if (++clock->windows >= WINDOWS) {
        clock->windows = WINDOWS / 2u; /* keep half: it is not forgotten, and follows */
        clock->window_q8 += passed_q8 / 2u;
        clock->window_readings -= clock->window_readings / 2u;
    }
}

uint64_t fifo_clock_look(fifo_clock *clock, uint64_t now_us, uint16_t n)
{
    if (!clock->begun) {
        clock->newest_q8 = now_us * 256u;
        clock->window_q8 = clock->newest_q8;
        clock->window_readings = 0;
        clock->windows = 0;
        new_window(clock);
        clock->begun = true;
    } else {
        clock->newest_q8 += (uint64_t)n * clock->period_q8;
        clock->window_readings += n;
    }
    int64_t age_us = (int64_t)now_us - (int64_t)(clock->newest_q8 / 256u);
    if (age_us < clock->least_us)
        clock->least_us = age_us;
    if (++clock->looks >= (clock->windows < FIRST_WINDOWS ? FIRST_LOOKS : LOOKS)) {
        clock->newest_q8 = (uint64_t)((int64_t)clock->newest_q8 + clock->least_us * 256 / 2);
        measure_period(clock);
        new_window(clock);
    }
    return fifo_clock_at(clock, n, 0);
}

uint64_t fifo_clock_at(const fifo_clock *clock, uint16_t n, uint16_t i)
{
    return (clock->newest_q8 - (uint64_t)(n - 1u - i) * clock->period_q8) / 256u;
}
