#include <heed/backends/passes/pipeline.h>

namespace heed {

namespace {

struct PassContext {
  const Backend& backend;
  const Evaluate& evaluate;
};

struct Pass {
  const char* name;
  bool needed;  // also where nothing is optimised
  LoweredGraph (*run)(const LoweredGraph& from, const PassContext& context);
};

constexpr Pass merge{"merge", false,
                     [](const LoweredGraph& from, const PassContext&) { return merge_equal(from); }};
constexpr Pass algebra{"algebra", false,
                       [](const LoweredGraph& from, const PassContext&) { return simplify_algebra(from); }};
constexpr Pass constants{"constants", false, [](const LoweredGraph& from, const PassContext& context) {
                           return fold_constants(from, context.evaluate);
                         }};
constexpr Pass expand{"expand", true, [](const LoweredGraph& from, const PassContext& context) {
                        return expand_unclaimed(from, context.backend);
                      }};
constexpr Pass place{"place", true, [](const LoweredGraph& from, const PassContext& context) {
                       return place_on(from, context.backend);
                     }};
constexpr Pass fuse{"fuse", false,
                    [](const LoweredGraph& from, const PassContext&) { return fuse_elementwise(from); }};

// Expansions bring new constants and equal nodes, fused programs new neighbours: what simplifies runs again.
constexpr Pass passes[] = {algebra, merge, expand, algebra, merge, constants, place, fuse, algebra, merge};

}  // namespace

LoweredGraph lower(std::span<const Tensor> fetches, std::span<const Update> updates, const Backend& backend,
                   const Evaluate& evaluate, const CompileOptions& options) {
  LoweredGraph lowered = extract(fetches, updates);
  if (options.observe) options.observe("extract", *lowered.graph);
  for (const Pass& pass : passes) {
    if (!pass.needed && (!options.optimize || options.check_finite)) continue;
    lowered = pass.run(lowered, {backend, evaluate});
    if (options.observe) options.observe(pass.name, *lowered.graph);
  }
  return lowered;
}

}  // namespace heed
