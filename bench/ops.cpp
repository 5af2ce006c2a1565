// heed-bench ops: each kind of step that a Transformer's training is made of, alone, at a preset's shapes.
#include <algorithm>
#include <memory>

#include "commands.h"
#include "timing.h"
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <heed/autodiff/gradients.h>
#include <heed/backends/executable.h>
#include <heed/backends/step_cost.h>
#include <heed/models/transformer/config.h>
#include <heed/ops/activations.h>
#include <heed/ops/attention.h>
#include <heed/ops/cross_entropy.h>
#include <heed/ops/gather.h>
#include <heed/ops/layer_norm.h>
#include <heed/ops/matmul.h>
#include <heed/ops/optimizer.h>
#include <heed/ops/random.h>
#include <heed/ops/softmax.h>
#include <heed/ops/topk.h>
#include <heed/ops/views.h>

namespace heed::bench {

namespace {

// Operands are variables, so that nothing is copied in; of a run only the steps of `op` are timed.
struct Row {
  std::string name, op;
  std::vector<TensorType> operands;
  std::function<Tensors(std::span<const Tensor>)> build;
};

Row product(const std::string& name, const Shape& a, const Shape& b, MatmulOptions options = {}) {
  return {name, "matmul", {{DType::f32, a}, {DType::f32, b}}, [options](std::span<const Tensor> x) {
            return Tensors{matmul(x[0], x[1], options)};
          }};
}

// The gradients of `forward`, given that of its result as the last operand; wrt the first `count` operands.
std::function<Tensors(std::span<const Tensor>)> backward(
    std::function<Tensor(std::span<const Tensor>)> forward, std::size_t count) {
  return [=](std::span<const Tensor> x) {
    const Tensor outputs[] = {forward(x)};
    return gradients_from(outputs, x.last(1), x.first(count));
  };
}

std::vector<Row> products(const TransformerConfig& c, std::int64_t tokens) {
  const std::int64_t d = c.width, inner = c.feed_forward, words = c.vocabulary;
  const MatmulOptions right{.transpose_b = true}, left{.transpose_a = true};
  return {product("projection", {tokens, d}, {d, d}),
          product("projection, to its input", {tokens, d}, {d, d}, right),
          product("projection, to its weight", {tokens, d}, {tokens, d}, left),
          product("inner layer", {tokens, d}, {d, inner}),
          product("inner layer, to its input", {tokens, inner}, {d, inner}, right),
          product("inner layer, to its weight", {tokens, d}, {tokens, inner}, left),
          product("outer layer", {tokens, inner}, {inner, d}),
          product("logits", {tokens, d}, {words, d}, right),
          product("logits, to the hidden states", {tokens, words}, {words, d}),
          product("logits, to the embedding", {tokens, words}, {tokens, d}, left)};
}

std::vector<Row> others(const TransformerConfig& c, std::int64_t batch, std::int64_t length) {
  const std::int64_t tokens = batch * length, d = c.width;
  const TensorType heads{DType::f32, {batch, length, c.heads, d / c.heads}};
  const TensorType rows{DType::f32, {tokens, d}}, vector{DType::f32, {d}}, one{DType::f32, {}};
  const TensorType logits{DType::f32, {tokens, c.vocabulary}}, losses{DType::f32, {tokens}};
  const TensorType targets{DType::i32, {tokens}}, weight{DType::f32, {c.feed_forward, d}};
  const auto attend = [](std::span<const Tensor> x) {
    return attention(x[0], x[1], x[2], {.scale = 0.125, .causal = true}).result;
  };
  const auto normalise = [](std::span<const Tensor> x) { return layer_norm(x[0], x[1], x[2]); };
  const auto lose = [](std::span<const Tensor> x) { return cross_entropy(x[1], x[0], 0.1); };
  return {
      {"causal attention", "attention", {heads, heads, heads}, [=](auto x) { return Tensors{attend(x)}; }},
      {"causal attention, backwards", "attention_grad", {heads, heads, heads, heads}, backward(attend, 3)},
      {"layer norm", "layer_norm", {rows, vector, vector}, [=](auto x) { return Tensors{normalise(x)}; }},
      {"layer norm, backwards", "layer_norm_grad", {rows, vector, vector, rows}, backward(normalise, 3)},
      {"cross-entropy", "cross_entropy", {targets, logits}, [=](auto x) { return Tensors{lose(x)}; }},
      {"cross-entropy, backwards",
       "cross_entropy_grad",
       {targets, logits, losses},
       [=](std::span<const Tensor> x) {
         const Tensor outputs[] = {lose(x)};
         return gradients_from(outputs, x.last(1), x.subspan(1, 1));
       }},
      {"softmax", "softmax", {logits}, [](auto x) { return Tensors{softmax(x[0])}; }},
      {"top 10", "top_k", {logits}, [](auto x) { return Tensors{top_k(x[0], 10).values}; }},
      {"dropout", "dropout", {rows}, [](auto x) { return Tensors{dropout(x[0], 0.1)}; }},
      {"look-up of embeddings",
       "gather_rows",
       {{DType::f32, {c.vocabulary, d}}, targets},
       [](auto x) { return Tensors{gather_rows(x[0], x[1])}; }},
      {"look-up, backwards",
       "scatter_add",
       {{DType::f32, {c.vocabulary, d}}, targets, rows},
       [](auto x) { return Tensors{scatter_add(x[0], x[1], x[2])}; }},
      {"adam",
       "elementwise",
       {weight, weight, weight, weight, one},
       [](std::span<const Tensor> x) {
         const AdamState next = adam_update({x[0], x[1], x[2]}, x[3], x[4], x[4], x[4], {});
         return Tensors{next.parameter, next.first_moment, next.second_moment};
       }},
      {"gelu", "elementwise", {{DType::f32, {tokens, c.feed_forward}}}, [](auto x) {
         return Tensors{gelu(x[0])};
       }}};
}

Initializer first_values(const TensorType& type, std::int64_t vocabulary) {
  if (type.dtype == DType::f32) return uniform_between(0.1, 1);
  Array values(type.dtype, type.shape);
  for (std::int64_t i = 0; i < values.elements(); ++i)
    values.set_number(i, static_cast<double>(i * 7919 % vocabulary));
  return values_of(values);
}

nlohmann::json measure(const Row& row, const OpsFlags& flags, const std::shared_ptr<Backend>& backend) {
  Variables variables(backend, 1);
  Graph graph;
  Tensors operands;
  for (const TensorType& type : row.operands) {
    operands.push_back(graph.variable(fmt::format("operand/{}", operands.size()), type.dtype, type.shape,
                                      first_values(type, flags.vocabulary)));
  }
  Updates updates;
  for (const Tensor& result : row.build(operands)) {
    const std::string name = fmt::format("result/{}", updates.size());
    updates.push_back(graph.assign(graph.variable(name, result.dtype(), result.shape(), zeros()), result));
  }
  Executable run = compile({}, updates, variables, {.precision = precision_of(flags.precision)});
  double operations = 0, bytes = 0;
  std::vector<std::size_t> timed;
  for (std::size_t i = 0; i < run.plan().steps.size(); ++i) {
    const Step& step = run.plan().steps[i];
    const bool counts = row.op == "elementwise" || step.op->name() == row.op;
    if (!counts) continue;
    timed.push_back(i);
    operations += flops(run.plan(), step);
    bytes += static_cast<double>(bytes_moved(run.plan(), step));
  }
  std::vector<double> seconds;
  for (int i = -flags.warmup; i < flags.repetitions; ++i) {
    run.start_profile();
    run.run();
    double total = 0;
    for (const std::size_t step : timed) total += run.profile().step_seconds()[step];
    if (i >= 0) seconds.push_back(total);
  }
  const Timing timing = timing_of(std::move(seconds));
  return {{"name", row.name},
          {"steps", timed.size()},
          {"median_us", timing.median * 1e6},
          {"best_us", timing.best * 1e6},
          {"gflops", operations / timing.median / 1e9},
          {"gb_per_s", bytes / timing.median / 1e9}};
}

}  // namespace

void measure_ops(const OpsFlags& flags) {
  const TransformerConfig config = transformer_preset(flags.preset, flags.vocabulary);
  const auto backend = flags.open();
  std::vector<Row> rows = products(config, flags.batch * flags.length);
  std::ranges::move(others(config, flags.batch, flags.length), std::back_inserter(rows));
  if (flags.square > 0)
    rows.push_back(product("square product", {flags.square, flags.square}, {flags.square, flags.square}));
  nlohmann::json results = nlohmann::json::array();
  if (!flags.json)
    fmt::print("{:<32} {:>10} {:>10} {:>9} {:>8}\n", "", "median us", "best us", "GFLOP/s", "GB/s");
  for (const Row& row : rows) {
    results.push_back(measure(row, flags, backend));
    const nlohmann::json& r = results.back();
    if (flags.json) continue;
    fmt::print("{:<32} {:>10.1f} {:>10.1f} {:>9.1f} {:>8.1f}\n", row.name, r["median_us"].get<double>(),
               r["best_us"].get<double>(), r["gflops"].get<double>(), r["gb_per_s"].get<double>());
  }
  if (!flags.json) return;
  print_result({{"preset", flags.preset},
                {"precision", flags.precision},
                {"backend", backend->name()},
                {"batch", flags.batch},
                {"length", flags.length},
                {"ops", results}},
               true);
}

}  // namespace heed::bench
