// Copies elements of any type between two layouts of one shape.
#pragma once

#include <heed/backends/onednn/axes.h>

namespace heed::onednn {

class StridedCopy {
 public:
  // Strides in elements; those of the target must not overlap.
  StridedCopy(DType dtype, const Shape& shape, const Strides& source, const Strides& target);

  void run(ThreadPool& pool, const std::byte* source, std::byte* target) const;

 private:
  void copy_rows(const std::byte* source, std::byte* target, std::int64_t begin, std::int64_t end) const;
  void copy_tiles(const std::byte* source, std::byte* target, std::int64_t begin, std::int64_t end) const;

  Walk walk_;             // operand 0: source, operand 1: target; long rows are cut in two axes
  std::int64_t element_;  // bytes
  bool transposes_ = false;
};

}  // namespace heed::onednn
