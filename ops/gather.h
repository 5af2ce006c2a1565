// Reading and writing by index: rows of a table, and slices at a position known only at run time.
#pragma once

#include <heed/graph/graph.h>

namespace heed {

// table [V, ...], indices [...] of i32 -> [indices..., table row]. An index outside [0, V) reads zeros.
struct GatherRows final : Op {
  std::string_view name() const override { return "gather_rows"; }
  std::vector<std::string_view> input_names() const override { return {"table", "indices"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types, Types) const override { return 0; }
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
};

// base [V, ...] with rows [indices..., ...] added at their indices, in order of the rows.
struct ScatterAdd final : Op {
  std::string_view name() const override { return "scatter_add"; }
  std::vector<std::string_view> input_names() const override { return {"base", "indices", "rows"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types inputs, Types outputs) const override;  // one for each element of the rows
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && input == 0;
  }
};

// `size` elements along `axis` from a position given by an i32 scalar, which is clamped to fit.
struct SliceAt final : Op {
  SliceAt(int axis, std::int64_t size) : axis(axis), size(size) {}
  std::string_view name() const override { return "slice_at"; }
  Attributes attributes() const override { return {{"axis", std::int64_t{axis}}, {"size", size}}; }
  std::vector<std::string_view> input_names() const override { return {"x", "position"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types, Types) const override { return 0; }
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;

  int axis;
  std::int64_t size;
};

// x with `update` written along `axis` at a position given by an i32 scalar, which is clamped to fit.
struct UpdateAt final : Op {
  explicit UpdateAt(int axis) : axis(axis) {}
  std::string_view name() const override { return "update_at"; }
  Attributes attributes() const override { return {{"axis", std::int64_t{axis}}}; }
  std::vector<std::string_view> input_names() const override { return {"x", "update", "position"}; }
  std::vector<TensorType> infer(Types inputs) const override;
  double flops(Types, Types) const override { return 0; }
  std::optional<Gradients> gradient(const Applied& forward,
                                    std::span<const std::optional<Tensor>> outputs) const override;
  bool may_overwrite(std::size_t output, std::size_t input) const override {
    return output == 0 && input == 0;
  }

  int axis;
};

Tensor gather_rows(Tensor table, Tensor indices, Where where = Where::current());
// What words mean: gather_rows by another name, for a table [V, d] and words [...] -> [..., d].
inline Tensor embedding(Tensor table, Tensor words, Where where = Where::current()) {
  return gather_rows(table, words, where);
}

Tensor scatter_add(Tensor base, Tensor indices, Tensor rows, Where where = Where::current());

Tensor slice_at(Tensor x, int axis, Tensor position, std::int64_t size, Where where = Where::current());
Tensor update_at(Tensor x, int axis, Tensor position, Tensor update, Where where = Where::current());

}  // namespace heed
