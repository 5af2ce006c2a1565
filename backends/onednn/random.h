// Random bits and dropout.
#pragma once

#include <heed/backends/host/kernel.h>
#include <heed/ops/random.h>

namespace heed::onednn {

host::Kernel make_random_bits(const RandomBits& op, const host::KernelRequest& request);
host::Kernel make_dropout(const Dropout& op, const host::KernelRequest& request);

// A part of a tensor, as the vector code takes it.
struct DropoutRange {
  std::int64_t begin, end;  // `begin` is a multiple of chunk_words
  std::uint32_t stream, threshold;
  float scale;
};

}  // namespace heed::onednn
