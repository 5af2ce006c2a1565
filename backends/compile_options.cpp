#include <fmt/format.h>

#include <heed/backends/compile_options.h>
#include <heed/graph/error.h>

namespace heed {

std::string_view name_of(Precision precision) {
  return precision == Precision::bf16 ? "bf16" : "f32";
}

Precision precision_of(std::string_view name) {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    if (name == name_of(precision)) return precision;
  }
  throw Error(fmt::format("precision is f32 or bf16, not {}", name));
}

}  // namespace heed
