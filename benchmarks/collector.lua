-- Events as browsers send them: a fresh id each, 20,000 addresses, 8 user agents.
local agents = {
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.54(0x1800362b) NetType/WIFI Language/zh_CN",
  "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  "Mozilla/5.0 (Linux; U; Android 13; zh-cn; V2241A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 Quark/6.9.5.540 Mobile Safari/537.36",
  "Mozilla/5.0 (Linux; Android 12; ELS-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36 HuaweiBrowser/14.0.3",
  "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
}
local pages = {
  "https://shop.example/item/%d?utm_source=xiaohongshu&utm_medium=kol&utm_campaign=1111&kol=lina",
  "https://shop.example/item/%d?utm_source=douyin&utm_medium=cpc&utm_campaign=1111_warm_up",
  "https://shop.example/item/%d",
}
local thread_number = 0
function setup(thread)
  thread:set("seed", os.time() * 64 + thread_number)
  thread_number = thread_number + 1
end
function init(args)
  math.randomseed(seed)
  go = args[1] == "go"
end
function request()
  local address = string.format("203.%d.%d.%d", math.random(0, 2), math.random(0, 255), math.random(1, 26))
  local headers = { ["User-Agent"] = agents[math.random(8)], ["X-Forwarded-For"] = address, ["Host"] = "127.0.0.1" }
  if go then
    headers["Referer"] = "https://www.xiaohongshu.com/"
    return wrk.format("GET", "/go/bench", headers)
  end
  local id = string.format("%08x-%04x-4%03x-a%03x-%06x%06x", math.random(0, 4294967295), math.random(0, 65535),
    math.random(0, 4095), math.random(0, 4095), math.random(0, 16777215), math.random(0, 16777215))
  local visitor = string.format("%08x%08x%08x", math.random(0, 200000), 7, 7)
  local page = string.format(pages[math.random(3)], math.random(500))
  headers["Content-Type"] = "text/plain;charset=UTF-8"
  headers["Origin"] = "https://shop.example"
  return wrk.format("POST", "/collect", headers, '{"site":"bench-site-key","id":"' .. id .. '","kind":"page_view","visitor":"' .. visitor ..
    '","first":"' .. id .. '","url":"' .. page .. '","referrer":"https://www.xiaohongshu.com/explore/65f1"}')
end
