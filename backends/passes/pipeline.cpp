#include <heed/backends/passes/pipeline.h>

namespace heed {

namespace {

struct PassContext {
  const Placement& placement;
  const Evaluate& evaluate;
};

struct Pass {
  const char* name;
  bool needed;    // also where nothing is optimised
  bool simplify;  // what it changes brings equal nodes, new constants, new neighbours
  LoweredGraph (*run)(const LoweredGraph& from, const PassContext& context);
};

constexpr Pass simplifications[] = {
    {"algebra", false, false,
     [](const LoweredGraph& from, const PassContext&) { return simplify_algebra(from); }},
    {"merge", false, false, [](const LoweredGraph& from, const PassContext&) { return merge_equal(from); }},
};

constexpr Pass passes[] = {
    {"expand", true, true,
     [](const LoweredGraph& from, const PassContext& context) {
       return expand_unclaimed(from, context.placement);
     }},
    {"constants", false, false,
     [](const LoweredGraph& from, const PassContext& context) {
       return fold_constants(from, context.evaluate);
     }},
    {"place", true, false,
     [](const LoweredGraph& from, const PassContext& context) { return place_on(from, context.placement); }},
    {"fuse", false, true,
     [](const LoweredGraph& from, const PassContext&) { return fuse_elementwise(from); }},
    {"fuse products", false, false,
     [](const LoweredGraph& from, const PassContext& context) {
       return fuse_products(from, context.placement);
     }},
    {"fuse reductions", false, false,
     [](const LoweredGraph& from, const PassContext& context) {
       return fuse_reductions(from, context.placement);
     }},
};

class Pipeline {
 public:
  Pipeline(const PassContext& context, const CompileOptions& options)
      : context_(context), options_(options) {}

  LoweredGraph run(LoweredGraph lowered) {
    note("extract", lowered);
    if (options_.precision != Precision::f32) {
      lowered = narrow_products(lowered, options_.precision == Precision::bf16 ? DType::bf16 : DType::f16,
                                context_.placement);
      note("narrow products", lowered);
    }
    simplify(lowered);
    for (const Pass& pass : passes) {
      const std::shared_ptr<Graph> before = lowered.graph;
      apply(pass, lowered);
      if (pass.simplify && lowered.graph != before) simplify(lowered);
    }
    return lowered;
  }

 private:
  void simplify(LoweredGraph& lowered) {
    for (const Pass& pass : simplifications) apply(pass, lowered);
  }

  void apply(const Pass& pass, LoweredGraph& lowered) {
    if (!pass.needed && !options_.optimize) return;
    lowered = pass.run(lowered, context_);
    note(pass.name, lowered);
  }

  void note(const char* pass, const LoweredGraph& lowered) {
    if (options_.observe) options_.observe(pass, *lowered.graph);
  }

  const PassContext context_;
  const CompileOptions& options_;
};

}  // namespace

LoweredGraph lower(std::span<const Tensor> fetches, std::span<const Update> updates,
                   const Placement& placement, const Evaluate& evaluate, const CompileOptions& options) {
  return Pipeline({placement, evaluate}, options).run(extract(fetches, updates));
}

}  // namespace heed
