#include <heed/backends/onednn/elementwise.h>
#include <heed/backends/onednn/kernels.h>

namespace heed::onednn {

namespace {

using host::all_inputs;
using host::KernelTable;

KernelTable fill() {
  KernelTable table;
  table.add<Elementwise>(make_elementwise, {all_inputs, accepts_elementwise});
  return table;
}

}  // namespace

const KernelTable& kernels() {
  static const KernelTable table = fill();
  return table;
}

}  // namespace heed::onednn
