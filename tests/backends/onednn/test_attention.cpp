#include <limits>

#include <heed/ops/attention.h>
#include <heed/tests/backends/onednn/harness.h>

using namespace heed;
using namespace heed::onednn::testing;

namespace {

struct Case {
  std::int64_t batch, queries, keys, heads, size;
  bool causal;
  bool lengths;
};

// Everything in double precision, one query of one head after the other.
struct Expected {
  std::vector<double> result, log_sum_exp, grad_q, grad_k, grad_v;

  Expected(const Case& c, double scale, const std::vector<Value>& in, const Value* lengths, const Value& g) {
    const auto count = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    const std::int64_t width = c.heads * c.size;
    result.resize(count(c.batch * c.queries * width));
    log_sum_exp.resize(count(c.batch * c.queries * c.heads));
    grad_q.resize(result.size());
    grad_k.resize(count(c.batch * c.keys * width));
    grad_v.resize(grad_k.size());
    for (std::int64_t b = 0; b < c.batch; ++b) {
      for (std::int64_t t = 0; t < c.queries; ++t) {
        std::int64_t seen = lengths ? std::clamp<std::int64_t>(lengths->at<int>(b), 0, c.keys) : c.keys;
        if (c.causal) seen = std::min(seen, t + 1);
        for (std::int64_t h = 0; h < c.heads; ++h) {
          const std::int64_t q = (b * c.queries + t) * width + h * c.size;
          const auto key = [&](std::int64_t s) { return (b * c.keys + s) * width + h * c.size; };
          std::vector<double> weights;
          double total = 0;
          for (std::int64_t s = 0; s < seen; ++s) {
            double score = 0;
            for (std::int64_t i = 0; i < c.size; ++i) score += in[0].f(q + i) * in[1].f(key(s) + i);
            weights.push_back(std::exp(scale * score));
            total += weights.back();
          }
          log_sum_exp[count((b * c.heads + h) * c.queries + t)] = std::log(total);
          std::vector<double> grad_weights;
          double shared = 0;
          for (std::int64_t s = 0; s < seen; ++s) {
            weights[count(s)] /= total;
            double dot = 0;
            for (std::int64_t i = 0; i < c.size; ++i) {
              result[count(q + i)] += weights[count(s)] * in[2].f(key(s) + i);
              grad_v[count(key(s) + i)] += weights[count(s)] * g.f(q + i);
              dot += g.f(q + i) * in[2].f(key(s) + i);
            }
            grad_weights.push_back(dot);
            shared += dot * weights[count(s)];
          }
          for (std::int64_t s = 0; s < seen; ++s) {
            const double grad = weights[count(s)] * (grad_weights[count(s)] - shared) * scale;
            for (std::int64_t i = 0; i < c.size; ++i) {
              grad_q[count(q + i)] += grad * in[1].f(key(s) + i);
              grad_k[count(key(s) + i)] += grad * in[0].f(q + i);
            }
          }
        }
      }
    }
  }
};

}  // namespace

TEST_CASE("attention and its gradient see the keys that lengths and causality leave") {
  const Case cases[] = {{2, 5, 7, 3, 8, false, false},   {2, 7, 7, 2, 5, true, false},
                        {3, 6, 9, 2, 16, false, true},   {3, 9, 9, 2, 4, true, true},
                        {4, 1, 33, 2, 17, false, true},  {2, 1, 1, 1, 1, true, false},
                        {2, 150, 130, 2, 8, true, true}, {1, 200, 140, 1, 3, false, false},
                        {2, 0, 3, 1, 4, false, false},   {2, 3, 0, 1, 4, false, false}};
  for (const Case& c : cases) {
    CAPTURE(c.queries);
    CAPTURE(c.keys);
    CAPTURE(c.causal);
    CAPTURE(c.lengths);
    const double scale = 0.4;
    const Shape source{c.batch, c.keys, c.heads, c.size};
    std::vector<Value> inputs{random({c.batch, c.queries, c.heads, c.size}, 1), random(source, 2),
                              random(source, 3)};
    const Value lengths =
        values<int>({4}, {static_cast<int>(c.keys) / 2, 0, static_cast<int>(c.keys) + 5, 1});
    const Value own_lengths = view(lengths, {c.batch}, {1});
    const Value gradient = random(inputs[0].shape(), 4);
    const Expected expected(c, scale, inputs, c.lengths ? &own_lengths : nullptr, gradient);
    const auto check = [](const Value& value, const std::vector<double>& wanted) {
      check_near(
          value, [&](std::int64_t i) { return wanted[static_cast<std::size_t>(i)]; }, 1e-4, 2e-5);
    };

    std::vector<Value> back_inputs = inputs;
    if (c.lengths) inputs.push_back(own_lengths);
    const AttentionForm form{.scale = scale, .causal = c.causal, .lengths = c.lengths};
    const auto out = run(Attention(form), inputs);
    check(out[0], expected.result);
    check(out[1], expected.log_sum_exp);
    CHECK(same_bits(out[1], run(Attention(form), inputs, {{}, {false, true}})[1]));

    back_inputs.insert(back_inputs.end(), {out[0], out[1], gradient});
    if (c.lengths) back_inputs.push_back(own_lengths);
    const auto back = run(AttentionGrad(form), back_inputs);
    check(back[0], expected.grad_q);
    check(back[1], expected.grad_k);
    check(back[2], expected.grad_v);
    CHECK(same_bits(back[1], run(AttentionGrad(form), back_inputs, {{}, {false, true, false}})[1]));
  }
}

TEST_CASE("attention to scores of -inf gives zeros, not NaN") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Value q = values<float>({1, 2, 1, 1}, {1, 1});
  const Value k = values<float>({1, 2, 1, 1}, {-infinity, -infinity});
  const auto out = run(Attention(AttentionForm{}), {q, k, q});
  CHECK((out[0].f(0) == 0 && out[1].f(1) == -infinity));
}

TEST_CASE("biases and dropout of the weights are left to the expansion") {
  const TensorType x{DType::f32, {1, 2, 1, 4}};
  const std::vector<TensorType> forward{x, x, x};
  const std::vector<TensorType> backward{x, x, x, x, {DType::f32, {1, 1, 2}}, x};
  const auto claims = [&](const AttentionForm& form) {
    const Attention op(form);
    const AttentionGrad grad(form);
    const bool claimed = onednn::kernels().find(op)->traits.accepts(op, forward, {});
    CHECK(onednn::kernels().find(grad)->traits.accepts(grad, backward, {}) == claimed);
    return claimed;
  };
  CHECK(claims({.causal = true}));
  CHECK_FALSE(claims({.bias = true}));
  CHECK_FALSE(claims({.dropout = 0.1}));
}
