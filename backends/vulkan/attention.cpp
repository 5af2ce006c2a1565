// Attention, with its gradient, and that of one query to a cache.
#include <algorithm>
#include <span>

#include <heed/backends/vulkan/make.h>

namespace heed::vulkan {

namespace {

constexpr std::int64_t largest_size = 256;  // of a head, for which the smallest tiles fit any device

// How many positions a group owns, and how many of the other side it has before it at once.
struct Tiles {
  std::int64_t own, others;
};

struct Geometry {
  explicit Geometry(const KernelRequest& request)
      : batch(request.outputs[0].type.shape[0]),
        queries(request.inputs[0].type.shape[1]),
        keys(request.inputs[1].type.shape[1]),
        heads(request.inputs[0].type.shape[2]),
        size(request.inputs[0].type.shape[3]) {}
  std::int64_t all_heads() const { return batch * heads; }

  std::int64_t batch, queries, keys, heads, size;
};

// The first that fit into the memory which a group shares: `matrices` of each side, `scores` of both.
Tiles tiles_for(std::span<const Tiles> choices, std::int64_t size, std::int64_t matrices, std::int64_t scores,
                const DeviceTraits& device) {
  for (const Tiles& tiles : choices) {
    const std::int64_t floats = matrices * (tiles.own + tiles.others) * (size + 1) +
                                scores * tiles.own * (tiles.others + 1) + 3 * tiles.own;
    if (floats * 4 <= device.shared_memory) return tiles;
  }
  return choices.back();
}

Tiles forward_tiles(const Geometry& g, const DeviceTraits& device) {
  constexpr Tiles single[] = {{1, 32}, {1, 16}, {1, 8}};
  constexpr Tiles several[] = {{16, 32}, {8, 16}, {4, 8}, {1, 8}};
  const auto choices = g.queries == 1 ? std::span<const Tiles>(single) : std::span<const Tiles>(several);
  return tiles_for(choices, g.size, 1, 1, device);
}

Tiles backward_tiles(const Geometry& g, const DeviceTraits& device) {
  constexpr Tiles choices[] = {{16, 32}, {16, 16}, {8, 16}, {8, 8}, {4, 4}, {2, 2}};
  return tiles_for(choices, g.size, 2, 2, device);
}

// Where the CPU plays the device, invocations that wait for one another and read what they share lane by lane
// take up to six times as long as those that work alone.
bool works_alone(const DeviceTraits& device) {
  return device.kind == DeviceKind::cpu;
}

// For so many positions of each head, of which a group owns some, or an invocation one.
std::array<std::uint32_t, 3> groups_for(const Geometry& g, std::int64_t positions,
                                        std::int64_t groups_of_head, const DeviceTraits& device) {
  const std::int64_t alone = divide_up(g.all_heads() * positions, 64);
  return grid_of(works_alone(device) ? alone : g.all_heads() * groups_of_head, device);
}

bool accepts(const AttentionForm& form, Types inputs) {
  const std::int64_t size = inputs[0].shape[-1];
  return inputs[0].dtype == DType::f32 && !form.bias && form.dropout == 0 && size > 0 && size <= largest_size;
}

struct ForwardForm {
  double scale;
  bool causal;
  bool lengths;
  std::int64_t cache_rows = 0;  // 0: no cache
};

Kernel make_forward(const ForwardForm& form, const KernelRequest& request) {
  const Geometry g(request);
  if (g.all_heads() * g.queries == 0) return {};
  const Tiles tiles = forward_tiles(g, request.device);
  const std::int64_t groups = divide_up(g.queries, tiles.own);
  const bool cached = form.cache_rows > 0;
  const bool statistics = request.outputs.size() > 1 && request.live[1];
  Dispatch dispatch{{works_alone(request.device) ? "attention_alone" : "attention"}};
  dispatch.constants = {word(g.size), word(tiles.own), word(tiles.others), form.causal, form.lengths, cached};
  dispatch.bindings = {input(0),
                       input(1),
                       input(2),
                       input(form.lengths ? 3 : 0),
                       input(cached ? 4 : 0),
                       live_or(request, 0, input(0)),
                       statistics ? output(1) : live_or(request, 0, input(0))};
  dispatch.parameters = {word(g.queries),     word(g.keys),        word(g.heads),      word(groups),
                         word(g.all_heads()), bits_of(form.scale), live_bits(request), word(form.cache_rows)};
  dispatch.groups = groups_for(g, g.queries, groups, request.device);
  return {{std::move(dispatch)}};
}

// The gradient of the queries, or with `of_keys` those of keys and values.
Dispatch gradient_of(bool of_keys, const AttentionGrad& op, const KernelRequest& request) {
  const Geometry g(request);
  const Tiles tiles = backward_tiles(g, request.device);
  const std::int64_t positions = of_keys ? g.keys : g.queries;
  const std::int64_t groups = divide_up(positions, tiles.own);
  const std::size_t first = of_keys ? 1 : 0;
  const bool has_first = request.live[first], has_second = of_keys && request.live[2];
  const Binding any = output(has_first ? first : 2);
  Dispatch dispatch{{works_alone(request.device) ? "attention_grad_alone" : "attention_grad"}};
  dispatch.constants = {word(g.size),   word(tiles.own), word(tiles.others),
                        op.form.causal, op.form.lengths, of_keys};
  dispatch.bindings = {input(0),
                       input(1),
                       input(2),
                       input(5),
                       input(4),
                       read_scratch(),
                       input(op.form.lengths ? 6 : 0),
                       any,
                       has_second ? output(2) : any};
  dispatch.parameters = {word(g.queries),
                         word(g.keys),
                         word(g.heads),
                         word(groups),
                         word(g.all_heads()),
                         bits_of(op.form.scale),
                         of_keys ? live_bits(request) >> 1 : live_bits(request) & 1u};
  dispatch.groups = groups_for(g, positions, groups, request.device);
  return dispatch;
}

}  // namespace

bool accepts_attention(const Op& op, Types inputs, Types) {
  return accepts(static_cast<const Attention&>(op).form, inputs);
}

bool accepts_attention_grad(const Op& op, Types inputs, Types) {
  return accepts(static_cast<const AttentionGrad&>(op).form, inputs);
}

bool accepts_cached_attention(const Op&, Types inputs, Types) {
  return accepts({}, inputs) && inputs[1].shape[0] > 0;
}

Kernel make_attention(const Attention& op, const KernelRequest& request) {
  return make_forward({op.form.scale, op.form.causal, op.form.lengths}, request);
}

Kernel make_cached_attention(const CachedAttention& op, const KernelRequest& request) {
  return make_forward({op.scale, false, true, request.inputs[1].type.shape[0]}, request);
}

Kernel make_attention_grad(const AttentionGrad& op, const KernelRequest& request) {
  const Geometry g(request);
  const std::int64_t queries = g.all_heads() * g.queries;
  Kernel kernel;
  kernel.scratch_bytes = std::max<std::int64_t>(queries, 1) * 4;
  if (queries > 0) {
    Dispatch dots{{"attention_dots"}};
    dots.bindings = {input(3), input(5), write_scratch()};
    dots.parameters = {word(queries), word(g.queries), word(g.heads), word(g.size)};
    dots.groups = grid_of(divide_up(queries, 64), request.device);
    kernel.dispatches.push_back(std::move(dots));
    if (request.live[0]) kernel.dispatches.push_back(gradient_of(false, op, request));
  }
  const bool of_keys = request.live[1] || request.live[2];
  if (of_keys && g.all_heads() * g.keys > 0) kernel.dispatches.push_back(gradient_of(true, op, request));
  return kernel;
}

}  // namespace heed::vulkan
