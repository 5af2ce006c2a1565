// Philox in vector code: each lane runs one counter.
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/random.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/random.h>
#include <heed/backends/onednn/vector-inl.h>
#include <heed/ops/philox.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {
namespace {

using Wide = hn::ScalableTag<std::uint64_t>;

constexpr std::int64_t chunk_words = 1024;  // a multiple of the words of two vectors of counters

// `key` is the op's operand: the seed, low and high, then the run counter, low and high.
struct Source {
  const std::uint32_t* key;
  std::uint32_t stream;
};

// A vector of counters, each word in the low half of a wide lane. Products are wide; what is left above a
// word is never looked at.
struct Counters {
  hn::Vec<Wide> c0, c1, c2, c3;

  HWY_INLINE void mix(hn::Vec<Words> m0, hn::Vec<Words> m1, hn::Vec<Wide> k0, hn::Vec<Wide> k1) {
    const Words words;
    const auto low = hn::MulEven(hn::BitCast(words, c0), m0);
    const auto high = hn::MulEven(hn::BitCast(words, c2), m1);
    c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(high), c1), k0);
    c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(low), c3), k1);
    c1 = high;
    c3 = low;
  }

  HWY_INLINE void write(std::uint32_t* to) const {
    const Wide d;
    const auto low = hn::Set(d, std::uint64_t{0xffffffffu});
    const auto first = hn::Or(hn::And(c0, low), hn::ShiftLeft<32>(c1));
    const auto second = hn::Or(hn::And(c2, low), hn::ShiftLeft<32>(c3));
    hn::StoreInterleaved2(first, second, d, reinterpret_cast<std::uint64_t*>(to));
  }
};

HWY_INLINE Counters start(const Source& source, std::uint64_t counter) {
  const Wide d;
  return {hn::Iota(d, counter), hn::Set(d, std::uint64_t{source.stream}),
          hn::Set(d, std::uint64_t{source.key[2]}), hn::Set(d, std::uint64_t{source.key[3]})};
}

// Words [4 * counter, 4 * counter + count) of the stream; count is a multiple of chunk_words.
void generate(const Source& source, std::uint64_t counter, std::int64_t count, std::uint32_t* words) {
  const Wide d;
  const auto m0 = hn::Set(Words(), philox_multipliers[0]);
  const auto m1 = hn::Set(Words(), philox_multipliers[1]);
  const std::size_t lanes = hn::Lanes(d);
  for (std::int64_t i = 0; i < count; i += static_cast<std::int64_t>(8 * lanes)) {
    const std::uint64_t first = counter + static_cast<std::uint64_t>(i) / 4;
    Counters a = start(source, first);  // two at once, since each round waits for the one before
    Counters b = start(source, first + lanes);
    std::uint32_t k0 = source.key[0];
    std::uint32_t k1 = source.key[1];
    for (int round = 0; round < philox_rounds; ++round) {
      const auto key0 = hn::Set(d, std::uint64_t{k0});
      const auto key1 = hn::Set(d, std::uint64_t{k1});
      a.mix(m0, m1, key0, key1);
      b.mix(m0, m1, key0, key1);
      k0 += philox_weyl[0];
      k1 += philox_weyl[1];
    }
    a.write(words + i);
    b.write(words + i + 4 * lanes);
  }
}

}  // namespace

// Elements [begin, end) of the bits; `begin` is a multiple of chunk_words.
void random_range(const std::uint32_t* key, std::uint32_t stream, std::int64_t begin, std::int64_t end,
                  std::uint32_t* out) {
  const std::int64_t whole = (end - begin) / chunk_words * chunk_words;
  const Source source{key, stream};
  generate(source, static_cast<std::uint64_t>(begin) / 4, whole, out + begin);
  if (begin + whole == end) return;
  HWY_ALIGN std::uint32_t words[chunk_words];
  generate(source, static_cast<std::uint64_t>(begin + whole) / 4, chunk_words, words);
  std::memcpy(out + begin + whole, words,
              static_cast<std::size_t>(end - begin - whole) * sizeof(std::uint32_t));
}

void dropout_range(const std::uint32_t* key, const DropoutRange& range, const float* x, float* out) {
  const Floats d;
  const Words words_tag;
  const auto threshold = hn::Set(words_tag, range.threshold);
  const auto scale = hn::Set(d, range.scale);
  HWY_ALIGN std::uint32_t words[chunk_words];
  for (std::int64_t first = range.begin; first < range.end; first += chunk_words) {
    generate({key, range.stream}, static_cast<std::uint64_t>(first) / 4, chunk_words, words);
    const auto count = static_cast<std::size_t>(HWY_MIN(chunk_words, range.end - first));
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
      const auto dropped = hn::RebindMask(d, hn::Lt(hn::Load(words_tag, words + i), threshold));
      const auto scaled = hn::Mul(load(d, x + first + i, count - i), scale);
      store(hn::IfThenZeroElse(dropped, scaled), d, out + first + i, count - i);
    }
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(random_range);
HWY_EXPORT(dropout_range);

namespace {

constexpr std::int64_t piece_elements = 16384;  // a multiple of chunk_words

}  // namespace

host::Kernel make_random_bits(const RandomBits& op, const host::KernelRequest& request) {
  const std::int64_t elements = request.outputs[0].type.shape.elements();
  const std::uint32_t stream = op.stream;
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, elements, piece_elements, [&](std::int64_t begin, std::int64_t end, int) {
              HWY_DYNAMIC_DISPATCH(random_range)
              (call.input<std::uint32_t>(0), stream, begin, end, call.output<std::uint32_t>(0));
            });
          },
          0};
}

host::Kernel make_dropout(const Dropout& op, const host::KernelRequest& request) {
  const std::int64_t elements = request.outputs[0].type.shape.elements();
  const std::uint32_t stream = op.stream;
  const std::uint32_t threshold = op.threshold();
  const auto scale = static_cast<float>(1 / (1 - op.rate));
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, elements, piece_elements, [&](std::int64_t begin, std::int64_t end, int) {
              HWY_DYNAMIC_DISPATCH(dropout_range)
              (call.input<std::uint32_t>(1), {begin, end, stream, threshold, scale}, call.input<float>(0),
               call.output<float>(0));
            });
          },
          0};
}

}  // namespace heed::onednn
#endif
