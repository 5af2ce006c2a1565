#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "heed/backends/onednn/additive_scores.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <heed/backends/onednn/additive_scores.h>
#include <heed/backends/onednn/axes.h>
#include <heed/backends/onednn/elementwise_functions-inl.h>
#include <heed/backends/onednn/reduce_rows.h>
#include <heed/backends/onednn/vector-inl.h>

HWY_BEFORE_NAMESPACE();
namespace heed::onednn::HWY_NAMESPACE {

float score_pair(const ScoredPair& pair) {
  const Floats d;
  const auto n = static_cast<std::size_t>(pair.size);
  auto total = hn::Zero(d);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const std::size_t left = n - i;
    const auto hidden = Tanh()(hn::Add(load(d, pair.query + i, left), load(d, pair.key + i, left)));
    total = hn::MulAdd(load(d, pair.weight + i, left), hidden, total);
  }
  return sum_of(d, total);
}

void differentiate_pair(const ScoredPair& pair, const PairGradients& to) {
  const Floats d;
  const auto n = static_cast<std::size_t>(pair.size);
  const auto g = hn::Set(d, to.gradient);
  const auto one = hn::Set(d, 1.0f);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const std::size_t left = n - i;
    const auto hidden = Tanh()(hn::Add(load(d, pair.query + i, left), load(d, pair.key + i, left)));
    const auto slope = hn::Sub(one, hn::Mul(hidden, hidden));
    const auto before = hn::Mul(hn::Mul(g, load(d, pair.weight + i, left)), slope);
    store(hn::Add(before, load(d, to.query + i, left)), d, to.query + i, left);
    store(hn::Add(before, load(d, to.key + i, left)), d, to.key + i, left);
    store(hn::MulAdd(g, hidden, load(d, to.weight + i, left)), d, to.weight + i, left);
  }
}

}  // namespace heed::onednn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::onednn {

HWY_EXPORT(score_pair);
HWY_EXPORT(differentiate_pair);

namespace {

struct Geometry {
  std::int64_t batch, targets, sources, size;

  explicit Geometry(const host::KernelRequest& request)
      : batch(request.inputs[0].type.shape[0]),
        targets(request.inputs[0].type.shape[1]),
        sources(request.inputs[1].type.shape[1]),
        size(request.inputs[0].type.shape[2]) {}
};

// One sentence's gradients. Its share of the weight's gradient goes to scratch, as does what nobody reads.
void run_sentence(const host::KernelCall& call, const Geometry& g, std::int64_t b) {
  float* own = reinterpret_cast<float*>(call.scratch) + b * (g.targets + g.sources + 1) * g.size;
  float* to_weight = own;
  const auto output = [&](std::size_t k, std::int64_t rows, std::int64_t at_scratch) {
    return call.outputs[k] ? call.output<float>(k) + b * rows * g.size : own + at_scratch * g.size;
  };
  float* to_queries = output(0, g.targets, 1);
  float* to_keys = output(1, g.sources, 1 + g.targets);
  std::fill_n(to_weight, g.size, 0.0f);
  std::fill_n(to_queries, g.targets * g.size, 0.0f);
  std::fill_n(to_keys, g.sources * g.size, 0.0f);
  const float* queries = call.input<float>(0) + b * g.targets * g.size;
  const float* keys = call.input<float>(1) + b * g.sources * g.size;
  const float* gradient = call.input<float>(3) + b * g.targets * g.sources;
  for (std::int64_t t = 0; t < g.targets; ++t) {
    for (std::int64_t s = 0; s < g.sources; ++s) {
      const float arriving = gradient[t * g.sources + s];
      if (arriving == 0) continue;  // a key beyond its sentence's end
      HWY_DYNAMIC_DISPATCH(differentiate_pair)
      ({queries + t * g.size, keys + s * g.size, call.input<float>(2), g.size},
       {arriving, to_queries + t * g.size, to_keys + s * g.size, to_weight});
    }
  }
}

}  // namespace

host::Kernel make_additive_scores(const AdditiveScores&, const host::KernelRequest& request) {
  const Geometry g(request);
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, g.batch * g.targets * g.sources, rows_per_piece(g.size, 4096),
                       [&](std::int64_t begin, std::int64_t end, int) {
                         for (std::int64_t i = begin; i < end; ++i) {
                           const std::int64_t row = i / g.sources;  // of the queries
                           const std::int64_t key = row / g.targets * g.sources + i % g.sources;
                           call.output<float>(0)[i] = HWY_DYNAMIC_DISPATCH(score_pair)(
                               {call.input<float>(0) + row * g.size, call.input<float>(1) + key * g.size,
                                call.input<float>(2), g.size});
                         }
                       });
          },
          0};
}

host::Kernel make_additive_scores_grad(const AdditiveScoresGrad&, const host::KernelRequest& request) {
  const Geometry g(request);
  const std::int64_t scratch_row = (g.targets + g.sources + 1) * g.size;
  const auto add = find_reduce_loops(ReduceKind::sum, DType::f32).fold_elements;
  return {[=](const host::KernelCall& call) {
            for_ranges(call.pool, g.batch, 1, [&](std::int64_t begin, std::int64_t end, int) {
              for (std::int64_t b = begin; b < end; ++b) run_sentence(call, g, b);
            });
            if (!call.outputs[2]) return;
            std::fill_n(call.output<float>(2), g.size, 0.0f);
            for (std::int64_t b = 0; b < g.batch; ++b) {
              add(reinterpret_cast<const float*>(call.scratch) + b * scratch_row, g.size,
                  call.output<float>(2));
            }
          },
          g.batch * scratch_row * 4};
}

}  // namespace heed::onednn
#endif
