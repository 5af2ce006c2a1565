// Runs one kernel straight from the backend's table, for every number of threads, on plain arrays.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <heed/backends/onednn/kernels.h>
#include <heed/graph/op.h>

namespace heed::onednn::testing {

// Memory aligned as plans align it.
class Buffer {
 public:
  explicit Buffer(std::int64_t bytes)
      : size_(static_cast<std::size_t>(bytes)),
        bytes_(static_cast<std::byte*>(std::aligned_alloc(64, (size_ + 64) / 64 * 64)), std::free) {
    std::memset(bytes_.get(), 0xff, (size_ + 64) / 64 * 64);  // NaN, until someone writes
  }
  std::byte* data() const { return bytes_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::shared_ptr<std::byte> bytes_;
};

struct Value {
  TensorLayout layout;
  Buffer buffer;
  std::int64_t offset = 0;  // in elements

  std::byte* data() const {
    return buffer.data() + offset * static_cast<std::int64_t>(size_of(layout.type.dtype));
  }
  const Shape& shape() const { return layout.type.shape; }

  // The element at a row-major index of the shape.
  template <typename T>
  T at(std::int64_t index) const {
    std::int64_t place = 0;
    for (int axis = shape().rank(); axis-- > 0;) {
      place += index % shape()[axis] * layout.strides[static_cast<std::size_t>(axis)];
      index /= shape()[axis];
    }
    return reinterpret_cast<const T*>(data())[place];
  }
  double f(std::int64_t index) const {  // of f32 or bf16
    if (layout.type.dtype != DType::bf16) return at<float>(index);
    return std::bit_cast<float>(static_cast<std::uint32_t>(at<std::uint16_t>(index)) << 16);
  }
};

inline Value empty(DType dtype, const Shape& shape) {
  const TensorType type{dtype, shape};
  return {{type, dense_strides(shape)}, Buffer(type.bytes())};
}

template <typename T>
Value values(const Shape& shape, const std::vector<T>& numbers) {
  Value value = empty(dtype_of<T>(), shape);
  for (std::size_t i = 0; i < numbers.size(); ++i) reinterpret_cast<T*>(value.data())[i] = numbers[i];
  return value;
}

inline Value random(const Shape& shape, unsigned seed, float low = -2, float high = 2) {
  Value value = empty(DType::f32, shape);
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(low, high);
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    reinterpret_cast<float*>(value.data())[i] = distribution(generator);
  }
  return value;
}

inline Value random_integers(const Shape& shape, unsigned seed, int low, int high) {
  Value value = empty(DType::i32, shape);
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> distribution(low, high);
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    reinterpret_cast<int*>(value.data())[i] = distribution(generator);
  }
  return value;
}

// The same memory read through other axes.
inline Value view(const Value& value, const Shape& shape, Strides strides, std::int64_t offset = 0) {
  return {{{value.layout.type.dtype, shape}, std::move(strides)}, value.buffer, offset};
}

inline Value transposed(const Value& value) {
  Strides strides = value.layout.strides;
  const int rank = value.shape().rank();
  std::swap(strides[strides.size() - 1], strides[strides.size() - 2]);
  const Shape shape = value.shape().with(rank - 1, value.shape()[-2]).with(rank - 2, value.shape()[-1]);
  return view(value, shape, strides);
}

// Which output lies over which input.
struct Overwrite {
  std::size_t output, input;
};

struct RunOptions {
  std::vector<Overwrite> overwrite = {};
  std::vector<bool> live = {};
  std::vector<bool> lasting = {};
};

inline std::vector<Value> run_with(const Op& op, const std::vector<Value>& inputs, ThreadPool& pool,
                                   const RunOptions& options = {}) {
  const host::KernelEntry* entry = kernels().find(op);
  REQUIRE(entry);
  std::vector<TensorType> types;
  std::vector<TensorLayout> in, out;
  for (const Value& input : inputs) {
    types.push_back(input.layout.type);
    in.push_back(input.layout);
  }
  std::vector<Value> results;
  for (const TensorType& type : op.infer(types)) {
    results.push_back(empty(type.dtype, type.shape));
    out.push_back(results.back().layout);
  }
  std::vector<TensorType> result_types;
  for (const TensorLayout& layout : out) result_types.push_back(layout.type);
  if (entry->traits.accepts) REQUIRE(entry->traits.accepts(op, types, result_types));

  host::KernelRequest request{in, out, options.live, pool.threads(), options.lasting};
  if (request.live.empty()) request.live.assign(out.size(), true);
  const host::Kernel kernel = entry->make(op, request);
  std::vector<std::byte*> sources, targets;
  for (const Value& input : inputs) sources.push_back(input.data());
  for (std::size_t i = 0; i < results.size(); ++i) {
    targets.push_back(request.live[i] ? results[i].data() : nullptr);
  }
  for (const Overwrite& pair : options.overwrite) {  // on a copy: other runs want the inputs, too
    std::memcpy(results[pair.output].data(), inputs[pair.input].data(), results[pair.output].buffer.size());
    sources[pair.input] = targets[pair.output];
  }
  const Buffer scratch(kernel.scratch_bytes);
  const Buffer prepared(kernel.preparation ? kernel.preparation->bytes : 0);
  if (kernel.preparation) kernel.preparation->make(sources[kernel.preparation->input], prepared.data(), pool);
  kernel.run({sources, targets, scratch.data(), pool, prepared.data()});
  return results;
}

// The outputs, which must be the same bits for any number of threads.
inline std::vector<Value> run(const Op& op, const std::vector<Value>& inputs,
                              const RunOptions& options = {}) {
  static ThreadPool pools[] = {ThreadPool(1), ThreadPool(2), ThreadPool(3), ThreadPool(7)};
  std::vector<Value> first;
  for (ThreadPool& pool : pools) {
    std::vector<Value> results = run_with(op, inputs, pool, options);
    for (std::size_t i = 0; i < first.size(); ++i) {
      const bool same = std::memcmp(first[i].data(), results[i].data(), first[i].buffer.size()) == 0;
      CHECK_MESSAGE(same, "output ", i, " differs with ", pool.threads(), " threads");
    }
    if (first.empty()) first = std::move(results);
  }
  return first;
}

// Whether every element of `value` is near what `expected(index)` says, in f32.
template <typename Expected>
void check_near(const Value& value, const Expected& expected, double relative = 1e-5,
                double absolute = 1e-6) {
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < value.shape().elements(); ++i) {
    const double want = expected(i);
    const double got = value.f(i);
    const bool alike = std::isnan(want)   ? std::isnan(got)
                       : std::isinf(want) ? got == want
                                          : std::abs(got - want) <= absolute + relative * std::abs(want);
    if (!alike && wrong++ == 0) {
      CHECK_MESSAGE(alike, "element ", i, " of ", to_string(value.layout.type), " is ", got, ", not ", want);
    }
  }
  CHECK(wrong == 0);
}

inline bool same_bits(const Value& a, const Value& b) {
  return a.buffer.size() == b.buffer.size() && std::memcmp(a.data(), b.data(), a.buffer.size()) == 0;
}

}  // namespace heed::onednn::testing
