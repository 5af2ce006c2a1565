#include <heed/backends/reference/kernels.h>
#include <heed/backends/reference/make.h>

namespace heed::reference {

namespace {

host::KernelTable make_table() {
  host::KernelTable table;
  table.add<Elementwise>(make_elementwise, {.strided_inputs = all_inputs});
  table.add<Reduce>(make_reduce, {.strided_inputs = all_inputs});
  table.add<Matmul>(make_matmul, {.strided_inputs = all_inputs});
  table.add<Pad>(make_pad);
  table.add<Concatenate>(make_concatenate);
  table.add<Reverse>(make_reverse);
  table.add<GatherRows>(make_gather_rows);
  table.add<ScatterAdd>(make_scatter_add);
  table.add<SliceAt>(make_slice_at);
  table.add<UpdateAt>(make_update_at);
  table.add<TopK>(make_top_k);
  table.add<Iota>(make_iota);
  table.add<RandomBits>(make_random_bits);
  return table;
}

}  // namespace

const host::KernelTable& kernels() {
  static const host::KernelTable table = make_table();
  return table;
}

}  // namespace heed::reference
