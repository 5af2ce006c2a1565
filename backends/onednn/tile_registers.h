// The tile registers of AMX (Intel's Advanced Matrix Extensions): whether there are any, and their use.
#pragma once

namespace heed::onednn {

// Whether the processor multiplies tiles of bfloat16 numbers and the system lets this process do so. Whether
// kernels may is for instruction_set() to say.
bool machine_has_tiles();

// While one lives, the eight tile registers of this thread are 16 rows of 64 bytes each.
class TileRegisters {
 public:
  TileRegisters();
  ~TileRegisters();
  TileRegisters(const TileRegisters&) = delete;
  TileRegisters& operator=(const TileRegisters&) = delete;
};

}  // namespace heed::onednn
