#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/topk.h>
#include <heed/backends/onednn/topk_rows.h>

namespace heed::onednn {

namespace {

// NaN is larger than any number, and equal to itself.
template <typename T>
bool is_larger(T a, T b) {
  return a > b || (a != a && b == b);
}

// The next element that may be among the largest; only those are looked at one by one.
std::int64_t next_candidate(const float* row, std::int64_t from, std::int64_t size, float bound) {
  return find_larger(row, from, size, bound);
}
std::int64_t next_candidate(const std::int32_t* row, std::int64_t from, std::int64_t size,
                            std::int32_t bound) {
  while (from < size && row[from] <= bound) ++from;
  return from;
}

// Keeps the best so far in order. Few elements get past the smallest of them, so inserting is rare; an equal
// element comes later and stays behind.
template <typename T>
void find_largest(const T* row, std::int64_t size, std::int64_t k, T* values, std::int32_t* indices) {
  std::int64_t found = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    if (found == k && (i = next_candidate(row, i, size, values[k - 1])) == size) return;
    const T x = row[i];
    if (found == k && !is_larger(x, values[k - 1])) continue;
    std::int64_t place = found < k ? found++ : k - 1;
    for (; place > 0 && is_larger(x, values[place - 1]); --place) {
      values[place] = values[place - 1];
      indices[place] = indices[place - 1];
    }
    values[place] = x;
    indices[place] = static_cast<std::int32_t>(i);
  }
}

// A dead output is written to scratch.
struct Outputs {
  bool values, indices;
};

template <typename T>
void run_top_k(const host::KernelCall& call, std::int64_t rows, std::int64_t size, std::int64_t k,
               Outputs live) {
  const auto* x = call.input<T>(0);
  for_ranges(call.pool, rows, rows_per_piece(size), [&](std::int64_t begin, std::int64_t end, int worker) {
    auto* spare = reinterpret_cast<T*>(call.scratch + worker * k * 8);
    auto* spare_indices = reinterpret_cast<std::int32_t*>(call.scratch + worker * k * 8 + k * 4);
    for (std::int64_t row = begin; row < end; ++row) {
      find_largest(x + row * size, size, k, live.values ? call.output<T>(0) + row * k : spare,
                   live.indices ? call.output<std::int32_t>(1) + row * k : spare_indices);
    }
  });
}

}  // namespace

bool accepts_top_k(const Op&, Types inputs, Types) {
  return inputs[0].dtype == DType::f32 || inputs[0].dtype == DType::i32;
}

host::Kernel make_top_k(const TopK& op, const host::KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  const std::int64_t rows = shape.without(-1).elements();
  const std::int64_t size = shape[-1];
  const std::int64_t k = op.k;
  const Outputs live{request.live[0], request.live[1]};
  const bool whole = request.inputs[0].type.dtype == DType::i32;
  return {[=](const host::KernelCall& call) {
            if (whole) {
              run_top_k<std::int32_t>(call, rows, size, k, live);
            } else {
              run_top_k<float>(call, rows, size, k, live);
            }
          },
          request.threads * k * 8};
}

}  // namespace heed::onednn
