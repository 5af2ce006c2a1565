#include <cmath>

#include "op_cases.h"

#include <heed/ops/additive_scores.h>
#include <heed/ops/after.h>
#include <heed/ops/attention.h>
#include <heed/ops/cached_attention.h>
#include <heed/ops/elementwise.h>
#include <heed/ops/philox.h>
#include <heed/ops/reduce.h>

namespace heed::test {

namespace {

struct AttentionSizes {
  std::size_t batch, target, source, heads, size;
};

// What a score and a weight [b, h, t, s] become: index in [B, H, T, S] and value -> value.
using Change = std::function<double(std::size_t, double)>;
const Change unchanged = [](std::size_t, double x) { return x; };

// The paper's equation, score by score. `lengths` may be empty.
Values attend(const Values& q, const Values& k, const Values& v, const Values& lengths, AttentionSizes n,
              double scale, bool causal, const Change& score_of = unchanged,
              const Change& weight_of = unchanged) {
  Values y(q.size());
  const auto at = [&](std::size_t b, std::size_t t, std::size_t h, std::size_t length) {
    return ((b * length + t) * n.heads + h) * n.size;
  };
  for (std::size_t b = 0; b < n.batch; ++b) {
    for (std::size_t h = 0; h < n.heads; ++h) {
      for (std::size_t t = 0; t < n.target; ++t) {
        double total = 0;
        Values weights(n.source);
        for (std::size_t s = 0; s < n.source; ++s) {
          if ((causal && s > t) || (!lengths.empty() && static_cast<double>(s) >= lengths[b])) continue;
          double score = 0;
          for (std::size_t d = 0; d < n.size; ++d)
            score += q[at(b, t, h, n.target) + d] * k[at(b, s, h, n.source) + d];
          total += weights[s] =
              std::exp(score_of(((b * n.heads + h) * n.target + t) * n.source + s, scale * score));
        }
        if (total == 0) continue;
        for (std::size_t s = 0; s < n.source; ++s) {
          for (std::size_t d = 0; d < n.size; ++d) {
            const double weight =
                weight_of(((b * n.heads + h) * n.target + t) * n.source + s, weights[s] / total);
            y[at(b, t, h, n.target) + d] += weight * v[at(b, s, h, n.source) + d];
          }
        }
      }
    }
  }
  return y;
}

std::vector<CaseInput> attention_inputs(AttentionSizes n) {
  const auto size = [](std::size_t i) { return static_cast<std::int64_t>(i); };
  const Shape queries{size(n.batch), size(n.target), size(n.heads), size(n.size)};
  const Shape keys{size(n.batch), size(n.source), size(n.heads), size(n.size)};
  return {within(queries, -1, 1), within(keys, -1, 1), within(keys, -1, 1)};
}

void add_attention(std::vector<OpCase>& rows) {
  const AttentionSizes small{2, 3, 4, 2, 3};
  rows.push_back(
      {"attention", attention_inputs(small),
       [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.5}).result; },
       [=](const std::vector<Values>& x) { return attend(x[0], x[1], x[2], {}, small, 0.5, false); }});
  const AttentionSizes square{2, 5, 5, 2, 3};
  rows.push_back(
      {"causal attention", attention_inputs(square),
       [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.7, .causal = true}).result; },
       [=](const std::vector<Values>& x) { return attend(x[0], x[1], x[2], {}, square, 0.7, true); }});
  rows.back().twice_differentiable = false;
  OpCase lengths{"attention to the leading keys, and to none", attention_inputs({6, 3, 4, 1, 2}),
                 [](const Tensors& x) { return attention(x[0], x[1], x[2], {.key_lengths = x[3]}).result; },
                 [](const std::vector<Values>& x) {
                   return attend(x[0], x[1], x[2], x[3], {6, 3, 4, 1, 2}, 1, false);
                 }};
  lengths.inputs.push_back(indices({6}, 5));  // drawn from 0 ... 4: some rows see nothing
  rows.push_back(lengths);
  const AttentionSizes wide{1, 70, 67, 1, 9};
  rows.push_back(
      {"attention longer than a tile", attention_inputs(wide),
       [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.3}).result; },
       [=](const std::vector<Values>& x) { return attend(x[0], x[1], x[2], {}, wide, 0.3, false); }});
  rows.back().twice_differentiable = false;
  OpCase single{"attention of one query", attention_inputs({3, 1, 9, 2, 8}),
                [](const Tensors& x) { return attention(x[0], x[1], x[2], {.key_lengths = x[3]}).result; },
                [](const std::vector<Values>& x) {
                  return attend(x[0], x[1], x[2], x[3], {3, 1, 9, 2, 8}, 1, false);
                }};
  single.inputs.push_back(indices({3}, 10));
  single.twice_differentiable = false;
  rows.push_back(single);
  const AttentionSizes step{3, 1, 5, 2, 17};
  OpCase cached{"attention to keys in other rows of a cache, and outside of it", attention_inputs(step),
                [](const Tensors& x) {
                  return cached_attention(x[0], x[1], x[2], {.scale = 0.4, .lengths = x[3], .rows = x[4]});
                },
                [=](const std::vector<Values>& x) {
                  Values keys(x[1].size()), values(x[2].size());
                  const std::size_t key = step.heads * step.size;
                  for (std::size_t at = 0; at < step.batch * step.source; ++at) {
                    const double row = x[4][at];
                    if (row < 0 || row >= static_cast<double>(step.batch)) continue;
                    const std::size_t from = static_cast<std::size_t>(row) * step.source + at % step.source;
                    std::copy_n(&x[1][from * key], key, &keys[at * key]);
                    std::copy_n(&x[2][from * key], key, &values[at * key]);
                  }
                  return attend(x[0], keys, values, x[3], step, 0.4, false);
                }};
  cached.inputs.push_back(indices({3}, 6));
  cached.inputs.push_back({{3, 5}, -1, 4, DType::i32});
  cached.twice_differentiable = false;
  rows.push_back(cached);
  rows.push_back({"attention weights times values are the result", attention_inputs(small),
                  [](const Tensors& x) {
                    const AttentionOptions options{.scale = 0.5};
                    const auto [result, lse] = attention(x[0], x[1], x[2], options);
                    return sum(attention_weights(x[0], x[1], lse, options), {-1}) + sum(result) * 0.0;
                  },
                  [](const std::vector<Values>&) { return Values(12, 1.0); }});
}

// Biases and dropout of the weights, which a backend may leave to the expansion.
void add_variants(std::vector<OpCase>& rows) {
  const AttentionSizes n{2, 3, 4, 2, 3};
  OpCase biased{
      "attention with a bias of every score", attention_inputs(n),
      [](const Tensors& x) { return attention(x[0], x[1], x[2], {.scale = 0.5, .bias = x[3]}).result; },
      [=](const std::vector<Values>& x) {
        return attend(x[0], x[1], x[2], {}, n, 0.5, false,
                      [&](std::size_t i, double score) { return score + x[3][i]; });
      }};
  biased.inputs.push_back(within({2, 2, 3, 4}, -1, 1));
  rows.push_back(biased);
  OpCase shared{
      "causal attention to leading keys with a bias of each head and key", attention_inputs(n),
      [](const Tensors& x) {
        return attention(x[0], x[1], x[2], {.causal = true, .key_lengths = x[4], .bias = x[3]}).result;
      },
      [=](const std::vector<Values>& x) {
        return attend(x[0], x[1], x[2], x[4], n, 1, true,
                      [&](std::size_t i, double score) { return score + x[3][i / 12 % 2 * 4 + i % 4]; });
      }};
  shared.inputs.push_back(within({2, 1, 4}, -1, 1));
  shared.inputs.push_back(indices({2}, 5));
  shared.twice_differentiable = false;
  rows.push_back(shared);
  const auto drop = [](std::size_t i, double weight) {
    return keeps(stream_of("attention:0"), i, 0.3) ? weight / 0.7 : 0;
  };
  OpCase dropped{"attention that drops weights", attention_inputs(n),
                 [](const Tensors& x) {
                   return attention(x[0], x[1], x[2], {.scale = 0.5, .bias = x[3], .dropout = 0.3}).result;
                 },
                 [=](const std::vector<Values>& x) {
                   return attend(
                       x[0], x[1], x[2], {}, n, 0.5, false,
                       [&](std::size_t i, double score) { return score + x[3][i % 4]; }, drop);
                 }};
  dropped.inputs.push_back(within({4}, -1, 1));
  rows.push_back(dropped);
  OpCase plain{"attention to leading keys that drops weights", attention_inputs(n),
               [](const Tensors& x) {
                 return attention(x[0], x[1], x[2], {.key_lengths = x[3], .dropout = 0.3}).result;
               },
               [=](const std::vector<Values>& x) {
                 return attend(x[0], x[1], x[2], x[3], n, 1, false, unchanged, drop);
               }};
  plain.inputs.push_back(indices({2}, 5));
  plain.twice_differentiable = false;
  rows.push_back(plain);
}

Values score_pairs(const Values& q, const Values& k, const Values& v, std::size_t batch) {
  const std::size_t d = v.size();
  const std::size_t targets = q.size() / d / batch, sources = k.size() / d / batch;
  Values scores;
  for (std::size_t b = 0; b < batch; ++b)
    for (std::size_t t = 0; t < targets; ++t)
      for (std::size_t s = 0; s < sources; ++s) {
        double score = 0;
        for (std::size_t i = 0; i < d; ++i)
          score += v[i] * std::tanh(q[(b * targets + t) * d + i] + k[(b * sources + s) * d + i]);
        scores.push_back(score);
      }
  return scores;
}

OpCase additive(std::string name, std::int64_t batch, std::int64_t targets, std::int64_t sources,
                std::int64_t size) {
  return {
      std::move(name),
      {within({batch, targets, size}, -1, 1), within({batch, sources, size}, -1, 1), within({size}, -1, 1)},
      [](const Tensors& x) { return additive_scores(x[0], x[1], x[2]); },
      [=](const std::vector<Values>& x) {
        if (batch * targets * sources == 0) return Values{};
        return score_pairs(x[0], x[1], x[2], static_cast<std::size_t>(batch));
      }};
}

void add_additive(std::vector<OpCase>& rows) {
  rows.push_back(additive("additive_scores", 2, 3, 4, 5));
  rows.push_back(additive("additive_scores of one query", 3, 1, 7, 19));
  rows.push_back(additive("additive_scores without queries", 2, 0, 4, 3));
  rows.push_back(additive("additive_scores without keys", 2, 3, 0, 3));
  rows.push_back(additive("additive_scores of many pairs", 2, 5, 61, 33));
  rows.back().twice_differentiable = false;
  rows.push_back({"after",
                  {within({3, 4}, -1, 1), within({2}, -1, 1)},
                  [](const Tensors& x) { return square(after(x[0], x[1])); },
                  [](const std::vector<Values>& x) {
                    Values y;
                    for (const double v : x[0]) y.push_back(v * v);
                    return y;
                  }});
}

}  // namespace

std::vector<OpCase> attention_cases() {
  std::vector<OpCase> rows;
  add_attention(rows);
  add_variants(rows);
  add_additive(rows);
  return rows;
}

}  // namespace heed::test
