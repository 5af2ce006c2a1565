// What a driver answers becomes one error that says what was tried and what went wrong.
#include "../message_of.h"
#include <doctest/doctest.h>

#include <heed/backends/vulkan/check.h>

using namespace heed;
using heed::test::message_of;
using vulkan::check;

TEST_CASE("success is no error") {
  check(VK_SUCCESS, "breathing");
}

TEST_CASE("a lost device is an error that says what is lost") {
  CHECK(message_of([] { check(VK_ERROR_DEVICE_LOST, "waiting for llvmpipe"); }) ==
        "vulkan: waiting for llvmpipe failed: VK_ERROR_DEVICE_LOST (-4); the device stopped working: results "
        "since "
        "the last save are lost, start again");
}

TEST_CASE("a refused shader is named") {
  CHECK(message_of([] { check(VK_ERROR_INVALID_SHADER_NV, "compiling the shader softmax"); }) ==
        "vulkan: compiling the shader softmax failed: VK_ERROR_INVALID_SHADER_NV (-1000012000)");
}

TEST_CASE("memory that there is not is an error that says who may have it") {
  CHECK(message_of([] { check(VK_ERROR_OUT_OF_DEVICE_MEMORY, "getting 8 bytes of memory"); }) ==
        "vulkan: getting 8 bytes of memory failed: VK_ERROR_OUT_OF_DEVICE_MEMORY (-2); other programs may "
        "hold the "
        "rest of the device's memory");
}
