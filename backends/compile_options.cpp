#include <fmt/format.h>

#include <heed/backends/compile_options.h>
#include <heed/graph/error.h>

namespace heed {

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::bf16:
      return "bf16";
    case Precision::f16:
      return "f16";
    default:
      return "f32";
  }
}

Precision precision_of(std::string_view name) {
  for (const Precision precision : {Precision::f32, Precision::bf16, Precision::f16}) {
    if (name == name_of(precision)) return precision;
  }
  throw Error(fmt::format("precision is f32, bf16 or f16, not {}", name));
}

}  // namespace heed
