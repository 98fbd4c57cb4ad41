-- Customers of a Chinese trading company as they are: some places, words and characters stand in
-- a great part of all names, most in hardly any. Takes :size; a tenth of them get a contact.
-- Salespeople get blocks of a hundred, so that each has customers of every kind.
CREATE TEMP TABLE words AS
SELECT string_to_array('成都 上海 北京 深圳 广州 杭州 重庆 武汉 苏州 南京 西安 天津 长沙 青岛 宁波 郑州 无锡 佛山 东莞 厦门 济南 合肥 大连 昆明 沈阳 福州 温州 石家庄 哈尔滨 贵阳 南宁 乌鲁木齐 兰州 海口 拉萨', ' ') AS places,
       regexp_split_to_array('华中天新盛达科信金海东德美安泰宏恒鑫源创博瑞丰通兴和利康百伟联佳诚明凯龙立嘉正亿国富云星力文顺隆祥永长江林山川润飞腾宇优世邦力生远航城京荣吉青春光辉万千思维智慧朗速锐捷睿晟昊乾坤麒麟骏腾跃鹏程展翼蓝白红绿紫橙雅典风雷电火木水土石玉珠宝贝尔克罗曼迪奥斯特卡丽莎菲娜琪琳珊瑚峰岭岳岩崖溪泉湖泊洋洲岛屿港湾桥梁楼阁亭台轩苑坊斋堂庄园圃篱菊梅兰竹松柏杨柳桃李杏梨枣栗橘柚檀樟楠桦榆槐枫桐椿茶酒米面盐糖醋酱油豆麦稻粟禾苗芽叶花果种籽根茎皮毛羽鳞甲骨角牙爪蹄尾翅鸣啸吟歌舞琴棋书画笔墨纸砚诗词曲赋仁义礼智勤俭谦恭让温良敬孝悌忠勇刚毅坚韧恺薇茜滢璟珩翊霖霆霁曦曜炜烨焱煜炯钊钧铭锋镇铠锦钰鑫淼森垚犇', '') AS characters,
       string_to_array('科技 贸易 商贸 实业 电子 信息技术 机械设备 建筑工程 食品 医疗器械 文化传媒 网络科技 物流 新材料 自动化设备 环保科技 服装 化工 农业发展 汽车配件 生物科技 家具 教育咨询 餐饮管理 包装 五金制品 光电 石油机械 仪器仪表 陶瓷', ' ') AS trades,
       string_to_array('有限公司 有限责任公司 股份有限公司 有限公司 有限公司 集团有限公司 有限公司分公司', ' ') AS forms,
       string_to_array('天府大道 人民路 中山路 解放路 建设路 和平路 科技园路 长江路 文化路 新华路 滨江大道 工业园区 高新大道 环城路 学府路', ' ') AS streets,
       regexp_split_to_array('王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾单仇解任区查乐盖翟', '') AS surnames,
       regexp_split_to_array('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉玲慧鑫宇浩然梓轩怡欣', '') AS given;

-- skewed: the first elements are many times as common as the last
CREATE FUNCTION pg_temp.pick(options text[], skew float) RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT options[1 + floor(cardinality(options) * power(random(), skew))::int] $$;

SELECT setseed(0.4);
CREATE TEMP TABLE made AS
SELECT n,
       CASE WHEN n % 20 = 0
            THEN initcap(substr(md5(n::text), 1, 1) || translate(substr(md5(n::text), 2, 6), '0123456789', 'oaeiulrstn'))
                 || (ARRAY[' Trading Co., Ltd.', ' GmbH', ' Machinery Inc.', ' Electronics Ltd', ' International'])[1 + n / 20 % 5]
            ELSE pg_temp.pick(places, 2) || pg_temp.pick(characters, 1.8) || pg_temp.pick(characters, 1.3)
                 || CASE WHEN n % 3 = 0 THEN pg_temp.pick(characters, 1.5) ELSE '' END
                 || pg_temp.pick(trades, 1.7) || pg_temp.pick(forms, 1)
        END AS name,
       pg_temp.pick(places, 2) || '市' AS city,
       pg_temp.pick(streets, 1.5) || (1 + floor(999 * random()))::int || '号' AS street,
       '1' || (ARRAY['38','39','35','36','58','86','77'])[1 + n % 7] || lpad((n * 48271::bigint % 100000000)::text, 8, '0') AS mobile,
       '0' || (ARRAY['28','21','10','755','571'])[1 + n % 5] || '-' || lpad((n * 69621::bigint % 90000000 + 10000000)::text, 8, '0') AS phone,
       now() - (random() * 3000) * interval '1 day' AS create_date,
       CASE WHEN n % 2 = 0 THEN now() - (random() * 700) * interval '1 day' END AS followup_date,
       pg_temp.pick(surnames, 1.5) || pg_temp.pick(given, 1) || CASE WHEN n % 4 < 3 THEN pg_temp.pick(given, 1) ELSE '' END AS person
  FROM generate_series(1, :size) n, words;

CREATE TEMP TABLE base AS SELECT max(id) AS id FROM res_partner;
INSERT INTO res_partner (id, name, complete_name, commercial_company_name, active, is_company, type,
                         commercial_partner_id, parent_id, customer_rank, autopost_bills,
                         partner_share, user_id, city, street, phone, mobile, wechat, email, vat,
                         customer_code, create_date, last_followup_date, lang)
SELECT base.id + n, name, name, name, TRUE, TRUE, 'contact',
       base.id + n, NULL, 1, 'ask',
       TRUE, CASE WHEN n % 5 < 3 THEN users.ids[1 + n / 100 % cardinality(users.ids)] END, city, street,
       phone, '+86 ' || substr(mobile, 1, 3) || ' ' || substr(mobile, 4, 4) || ' ' || substr(mobile, 8),
       'wx' || substr(md5('w' || n), 1, 8), substr(md5('e' || n), 1, 7) || '@' || substr(md5('d' || n), 1, 6) || '.cn',
       '91' || lpad((n * 7919::bigint % 1000000)::text, 6, '0') || upper(substr(md5('v' || n), 1, 10)),
       'KH' || lpad(n::text, 7, '0'),
       create_date, followup_date, 'en_US'
  FROM made, base, (SELECT array_agg(id ORDER BY id) AS ids FROM res_users WHERE login LIKE 'search_%') users;
INSERT INTO res_partner (id, name, complete_name, commercial_company_name, active, is_company, type,
                         commercial_partner_id, parent_id, customer_rank, autopost_bills,
                         partner_share, mobile, email, create_date, lang)
SELECT base.id + :size + n / 10, person, name || ', ' || person, name, TRUE, FALSE, 'contact',
       base.id + n, base.id + n, 1, 'ask',
       TRUE, '1' || (ARRAY['37','50','51'])[1 + n % 3] || lpad((n * 16807::bigint % 100000000)::text, 8, '0'),
       substr(md5('c' || n), 1, 8) || '@' || substr(md5('d' || n), 1, 6) || '.cn',
       create_date, 'en_US'
  FROM made, base WHERE n % 10 = 0;
SELECT setval('res_partner_id_seq', (SELECT max(id) FROM res_partner));
ANALYZE res_partner;
