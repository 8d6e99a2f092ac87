#pragma once
#include <cstdint>
struct ATTClass {
    uint16_t mtu(uint16_t handle) const;
};
extern ATTClass ATT;
