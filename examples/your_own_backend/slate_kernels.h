// Slate: a backend of plain loops, one element after the other. What a kernel is, and the list of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include <heed/backends/kernel_layout.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/gather.h>
#include <heed/ops/matmul.h>
#include <heed/ops/pad.h>
#include <heed/ops/random.h>
#include <heed/ops/reduce.h>
#include <heed/ops/reverse.h>
#include <heed/ops/softmax.h>
#include <heed/ops/topk.h>

namespace slate {

// One element of any type that Slate has, as a double: all of them fit exactly.
double load(heed::DType dtype, const std::byte* data, std::int64_t index);
void store(heed::DType dtype, std::byte* data, std::int64_t index, double value);
double rounded(heed::DType dtype, double value);  // to what an element of the type can be

// Where element number `index` of a shape lies, with these strides.
std::int64_t offset_of(std::int64_t index, const heed::Shape& shape, const heed::Strides& strides);

// An operand of a step: where it is and how its elements lie. An output that nobody reads has no data.
struct Operand {
  std::byte* data = nullptr;
  heed::TensorLayout layout;

  heed::DType dtype() const { return layout.type.dtype; }
  const heed::Shape& shape() const { return layout.type.shape; }
  std::int64_t count() const { return layout.type.shape.elements(); }
  double get(std::int64_t index) const { return load(dtype(), data, index); }
  void set(std::int64_t index, double value) const { store(dtype(), data, index, value); }
};
using Operands = std::vector<Operand>;

// What Slate does for an op, once its operands have their places.
using Kernel = std::function<void(const heed::Op& op, const Operands& inputs, const Operands& outputs)>;

void elementwise(const heed::Elementwise& op, const Operands& inputs, const Operands& outputs);
void matmul(const heed::Matmul& op, const Operands& inputs, const Operands& outputs);
void reduce(const heed::Reduce& op, const Operands& inputs, const Operands& outputs);
void pad(const heed::Pad& op, const Operands& inputs, const Operands& outputs);
void concatenate(const heed::Concatenate& op, const Operands& inputs, const Operands& outputs);
void reverse(const heed::Reverse& op, const Operands& inputs, const Operands& outputs);
void gather_rows(const heed::GatherRows& op, const Operands& inputs, const Operands& outputs);
void scatter_add(const heed::ScatterAdd& op, const Operands& inputs, const Operands& outputs);
void slice_at(const heed::SliceAt& op, const Operands& inputs, const Operands& outputs);
void update_at(const heed::UpdateAt& op, const Operands& inputs, const Operands& outputs);
void top_k(const heed::TopK& op, const Operands& inputs, const Operands& outputs);
void iota(const heed::Iota& op, const Operands& inputs, const Operands& outputs);
void random_bits(const heed::RandomBits& op, const Operands& inputs, const Operands& outputs);

// A composite that Slate claims: without this kernel it would be expanded.
void softmax(const heed::Softmax& op, const Operands& inputs, const Operands& outputs);

// The kernel for an op, by its C++ type; empty where Slate has none.
Kernel find_kernel(const heed::Op& op);

}  // namespace slate
