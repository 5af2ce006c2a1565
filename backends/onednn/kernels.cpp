#include <algorithm>

#include <heed/backends/onednn/elementwise.h>
#include <heed/backends/onednn/kernels.h>
#include <heed/backends/onednn/matmul.h>

namespace heed::onednn {

namespace {

using host::all_inputs;
using host::KernelTable;

bool all_f32(const Op&, Types inputs, Types outputs) {
  const auto is_f32 = [](const TensorType& type) { return type.dtype == DType::f32; };
  return std::all_of(inputs.begin(), inputs.end(), is_f32) &&
         std::all_of(outputs.begin(), outputs.end(), is_f32);
}

KernelTable fill() {
  KernelTable table;
  table.add<Elementwise>(make_elementwise, {all_inputs, accepts_elementwise});
  table.add<Matmul>(make_matmul, {0b011, all_f32});
  return table;
}

}  // namespace

const KernelTable& kernels() {
  static const KernelTable table = fill();
  return table;
}

}  // namespace heed::onednn
