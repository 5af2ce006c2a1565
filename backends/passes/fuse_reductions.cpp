// Fusion into reductions: an elementwise op that only a reduction reads is computed as it is reduced.
#include <heed/backends/passes/fuse_pairs.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/elementwise_reduce.h>

namespace heed {

namespace {

OpPtr combine(const Node& reader, std::size_t, const Node& read) {
  const auto* reduce = dynamic_cast<const Reduce*>(reader.op.get());
  const auto* elementwise = dynamic_cast<const Elementwise*>(read.op.get());
  if (!reduce || !elementwise || elementwise->program.results.size() != 1) return nullptr;
  return std::make_shared<const ElementwiseReduce>(elementwise->program, *reduce);
}

}  // namespace

LoweredGraph fuse_reductions(const LoweredGraph& from, const Placement& placement) {
  return fuse_pairs(from, placement, combine);
}

}  // namespace heed
