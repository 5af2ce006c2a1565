#include <heed/ops/philox.h>
#include <heed/ops/random.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

namespace {

const std::vector<std::uint32_t> key_words{0x12345678u, 0x9abcdef0u, 7u, 0x80000001u};

std::uint32_t word(std::int64_t i, std::uint32_t stream) {
  const auto counter = static_cast<std::uint32_t>(i / 4);
  return philox({counter, stream, key_words[2], key_words[3]},
                {key_words[0], key_words[1]})[static_cast<std::size_t>(i % 4)];
}

}  // namespace

TEST_CASE("random bits are the words of Philox, whatever the size") {
  const Value key = values<std::uint32_t>({4}, key_words);
  for (const std::int64_t size : {0, 1, 3, 1000, 1024, 70001}) {
    const Value bits = run(RandomBits(42, {size}), {key})[0];
    bool alike = true;
    for (std::int64_t i = 0; i < size; ++i) alike &= bits.at<std::uint32_t>(i) == word(i, 42);
    CHECK(alike);
  }
}

TEST_CASE("dropout zeros by the bits and scales the rest, in place too") {
  const Value key = values<std::uint32_t>({4}, key_words);
  for (const std::int64_t size : {1, 17, 5000, 40001}) {
    const Value x = random({size}, 1);
    for (const double rate : {0.0, 0.1, 0.5}) {
      const Dropout op(rate, 9);
      const Value result = run(op, {x, key})[0];
      bool alike = true;
      for (std::int64_t i = 0; i < size; ++i) {
        const float scaled = x.at<float>(i) * static_cast<float>(1 / (1 - rate));
        alike &= result.at<float>(i) == (word(i, 9) >= op.threshold() ? scaled : 0.0f);
      }
      CHECK(alike);
      CHECK(same_bits(result, run(op, {x, key}, {{{0, 0}}})[0]));
    }
  }
}
