// All of a product's right operand, packed by all threads.
#pragma once

#include <heed/backends/onednn/packed_product.h>
#include <heed/backends/thread_pool.h>

namespace heed::onednn {

// One block of terms after the other, each a row of strips: packed_columns_size(size.columns, size.inner)
// floats.
void pack_operand(ThreadPool& pool, const MatrixView& b, const ProductSize& size, float* packed);

}  // namespace heed::onednn
