#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/reduce_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/reduce_rows.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

struct Sum {
  template <typename T>
  static T nothing() {
    return 0;
  }
  template <class V>
  static HWY_INLINE V fold(V a, V b) {
    return hn::Add(a, b);
  }
  static HWY_INLINE float across(Floats d, hn::Vec<Floats> v) { return sum_of(d, v); }
  static HWY_INLINE std::uint32_t across(Words d, hn::Vec<Words> v) {
    HWY_ALIGN std::uint32_t lanes[HWY_MAX_BYTES / sizeof(std::uint32_t)];
    hn::Store(v, d, lanes);
    std::uint32_t total = 0;
    for (std::size_t i = 0; i < hn::Lanes(d); ++i) total += lanes[i];
    return total;
  }
};

// Keeps the first NaN it meets. `Order` is Maximum or Minimum of numbers.
template <class Order>
struct Extremum {
  template <typename T>
  static T nothing() {
    return Order::template nothing<T>();
  }
  template <class V>
  static HWY_INLINE V fold(V a, V b) {
    const auto numbers = hn::IfThenElse(hn::Eq(b, b), Order::pick(a, b), b);
    return hn::IfThenElse(hn::Eq(a, a), numbers, a);
  }
  template <class D>
  static HWY_INLINE hn::TFromD<D> across(D d, hn::Vec<D> v) {
    using T = hn::TFromD<D>;
    HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
    hn::Store(v, d, lanes);
    T best = lanes[0];
    for (std::size_t i = 1; i < hn::Lanes(d); ++i) {
      if (lanes[i] != lanes[i] || (best == best && Order::before(lanes[i], best))) best = lanes[i];
    }
    return best;
  }
};
struct Larger {
  template <typename T>
  static T nothing() {
    return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::lowest();
  }
  template <class V>
  static HWY_INLINE V pick(V a, V b) {
    return hn::Max(a, b);
  }
  template <typename T>
  static bool before(T a, T b) {
    return a > b;
  }
};
struct Smaller {
  template <typename T>
  static T nothing() {
    return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::max();
  }
  template <class V>
  static HWY_INLINE V pick(V a, V b) {
    return hn::Min(a, b);
  }
  template <typename T>
  static bool before(T a, T b) {
    return a < b;
  }
};

template <class Kind, typename T>
void fill(void* to, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) static_cast<T*>(to)[i] = Kind::template nothing<T>();
}

template <class Kind, typename T>
void fold_row(const void* row, std::int64_t count, void* total) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto n = static_cast<std::size_t>(count);
  const T* x = static_cast<const T*>(row);
  const T nothing = Kind::template nothing<T>();
  auto t0 = hn::Set(d, nothing);
  auto t1 = t0, t2 = t0, t3 = t0;
  std::size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    t0 = Kind::fold(t0, hn::LoadU(d, x + i));
    t1 = Kind::fold(t1, hn::LoadU(d, x + i + lanes));
    t2 = Kind::fold(t2, hn::LoadU(d, x + i + 2 * lanes));
    t3 = Kind::fold(t3, hn::LoadU(d, x + i + 3 * lanes));
  }
  for (; i < n; i += lanes) t0 = Kind::fold(t0, load(d, x + i, n - i, nothing));
  const T part = Kind::across(d, Kind::fold(Kind::fold(t0, t1), Kind::fold(t2, t3)));
  const auto all = Kind::fold(hn::Set(d, *static_cast<T*>(total)), hn::Set(d, part));
  *static_cast<T*>(total) = hn::GetLane(all);
}

template <class Kind, typename T>
void fold_elements(const void* row, std::int64_t count, void* to) {
  const hn::ScalableTag<T> d;
  const auto n = static_cast<std::size_t>(count);
  const T* x = static_cast<const T*>(row);
  T* total = static_cast<T*>(to);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    store(Kind::fold(load(d, total + i, n - i), load(d, x + i, n - i)), d, total + i, n - i);
  }
}

template <class Kind, typename T>
ReduceLoops loops() {
  return {fill<Kind, T>, fold_row<Kind, T>, fold_elements<Kind, T>};
}

// Sums of integers wrap, and so are those of unsigned words.
template <typename T, typename Summed>
ReduceLoops loops_of(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::sum:
      return loops<Sum, Summed>();
    case ReduceKind::maximum:
      return loops<Extremum<Larger>, T>();
    case ReduceKind::minimum:
      return loops<Extremum<Smaller>, T>();
  }
  return {};
}

}  // namespace

ReduceLoops find_vector_loops(ReduceKind kind, DType dtype) {
  return dtype == DType::f32 ? loops_of<float, float>(kind) : loops_of<std::int32_t, std::uint32_t>(kind);
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(find_vector_loops);

ReduceLoops find_reduce_loops(ReduceKind kind, DType dtype) {
  return HWY_DYNAMIC_DISPATCH(find_vector_loops)(kind, dtype);
}

}  // namespace heed::onednn
#endif
